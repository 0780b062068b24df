// A short handler: it touches the activity, reads storage once and logs a line.

var storage = require("storage");

function commits() {
  return activity.payload.commits || [];
}

function subject(commit) {
  return commit.sha.slice(0, 7) + " " + commit.message.split("\n")[0];
}

function describe() {
  var parts = [activity.type, activity.environments.join("+"), activity.result];
  var count = activity.payload.commits_count;
  if (count) parts.push(count + (count === 1 ? " commit" : " commits"));
  return parts.join(" ");
}

function isNews() {
  return storage.get("state:" + activity.environments[0]) !== activity.result;
}

if (isNews()) {
  _.each(commits(), function (commit) {
    console.log(subject(commit));
  });
} else {
  console.log("Nothing new: " + describe());
}
