// Everything at once: Underscore, storage, HMAC and a real HTTP request.
// Variables: RECEIVER, where to post to; SECRET, what to sign with.

var storage = require("storage");

var runs = (storage.get("runs") || 0) + 1;
storage.set("runs", runs);
console.log("Run number %d for %s", runs, activity.text);

var authors = _.chain(activity.payload.commits).pluck("author").pluck("name").uniq().value();
console.log("Underscore %s says that the authors are %s", _.VERSION, authors.join(", "));

var body = JSON.stringify({ activity: activity.id, type: activity.type, authors: authors, run: runs });
var signature = crypto.createHmac("sha256", variables.SECRET).update(body).digest("hex");

var response = fetch(variables.RECEIVER + "/hook?token=not-in-the-log", {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Signature": signature },
  body: body,
});
if (!response.ok) {
  throw new Error("The receiver answered " + response.status + ": " + response.text());
}
console.log("The receiver answered", response.json());
