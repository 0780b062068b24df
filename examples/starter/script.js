// An activity script runs once for every activity that it is subscribed to.
// `activity` is what happened, `project` is where, `variables` is what you set.

var storage = require("storage");

var runs = (storage.get("runs") || 0) + 1;
storage.set("runs", runs);

console.log("%s (%s), run %d", activity.text, activity.type, runs);

if (!variables.WEBHOOK_URL) {
  console.log("Set a variable WEBHOOK_URL to be told of activities elsewhere.");
} else {
  var response = fetch(variables.WEBHOOK_URL, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text: activity.text }),
  });
  if (!response.ok) {
    throw new Error("The webhook answered " + response.status + ": " + response.text());
  }
}
