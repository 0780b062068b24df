// JSON.parse and JSON.stringify of what a webhook brings.
function document(commits) {
  const list = [];
  for (let i = 0; i < commits; i++) {
    list.push({
      sha: "0123456789abcdef".repeat(2) + i,
      author: { name: "Ada Example", email: `ada${i}@example.test`, date: 1772615690 + i },
      parents: [i - 1, i - 2],
      message: 'Change "things" \n and äöü – number ' + i,
      flags: { merged: i % 2 === 0, score: i / 8, note: null },
    });
  }
  return { id: "k3vq7mzt2pd5a", type: "environment.push", payload: { commits: list } };
}

let length = 0;
let dates = 0;
const original = document(120);
for (let turn = 0; turn < 14; turn++) {
  const text = JSON.stringify(original);
  const copy = JSON.parse(text);
  for (const commit of copy.payload.commits) dates = (dates + commit.author.date) % 1000003;
  length += text.length;
}
const pretty = JSON.stringify(original, null, 2).length;
const picked = JSON.stringify(original, ["id", "payload", "commits", "sha"]).length;
const revived = JSON.parse(JSON.stringify(original), (key, value) =>
  key === "score" ? value * 8 : value,
).payload.commits.reduce((sum, commit) => sum + commit.flags.score, 0);
report(String([length, dates, pretty, picked, revived].join(",")));
