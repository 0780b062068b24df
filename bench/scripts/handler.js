// A script as users write them: it tells a chat about pushes and deployments. A
// run of the benchmark takes the path that ends early, with a line in the log.

var storage = require("storage");

// Green, red and amber.
var COLORS = { success: "#2e7d32", failure: "#c62828", pending: "#f9a825" };
var EVENTS = ["environment.push", "environment.merge", "environment.redeploy", "environment.activate"];
var LONGEST_MESSAGE = 140;

function shorten(text, length) {
  if (text.length <= length) return text;
  return text.slice(0, length - 1) + "…";
}

function color() {
  if (activity.state !== "complete") return COLORS.pending;
  return COLORS[activity.result] || COLORS.pending;
}

function commits() {
  return activity.payload.commits || [];
}

function commitLine(commit) {
  var subject = commit.message.split("\n")[0];
  return "• `" + commit.sha.slice(0, 7) + "` " + shorten(subject, 72) + " (" + commit.author.name + ")";
}

function commitList() {
  var lines = _.map(commits(), commitLine);
  if (lines.length > 10) {
    lines = _.first(lines, 10).concat("… and " + (lines.length - 10) + " more");
  }
  return lines.join("\n");
}

function authors() {
  return _.chain(commits())
    .map(function (commit) {
      return commit.author.name;
    })
    .uniq()
    .sortBy(_.identity)
    .value();
}

function primaryRoute() {
  var deployment = activity.payload.deployment;
  if (!deployment) return null;
  return _.findKey(deployment.routes, function (route) {
    return route.primary;
  });
}

function duration() {
  if (!activity.completed_at) return "";
  var from = Date.parse(activity.started_at);
  var to = Date.parse(activity.completed_at);
  var seconds = Math.round((to - from) / 1000);
  if (seconds < 60) return seconds + " s";
  return Math.floor(seconds / 60) + " min " + (seconds % 60) + " s";
}

function title() {
  var environment = activity.payload.environment || { name: activity.environments[0] };
  return activity.payload.user.display_name + " → " + environment.name + " (" + environment.status + ")";
}

function fields() {
  var list = [
    { title: "Project", value: activity.payload.project.title, short: true },
    { title: "Region", value: activity.payload.project.region, short: true },
    { title: "Result", value: activity.result, short: true },
    { title: "Duration", value: duration(), short: true },
  ];
  var route = primaryRoute();
  if (route) list.push({ title: "Address", value: route, short: false });
  if (authors().length > 1) {
    list.push({ title: "Authors", value: authors().join(", "), short: false });
  }
  return list;
}

function attachment() {
  return {
    fallback: shorten(activity.text, LONGEST_MESSAGE),
    color: color(),
    title: title(),
    text: commitList(),
    fields: fields(),
    ts: Math.floor(Date.parse(activity.created_at) / 1000),
  };
}

function signature(body) {
  return crypto.createHmac("sha256", variables.SECRET).update(body).digest("hex");
}

function post(address, message) {
  var body = JSON.stringify(message);
  var response = fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Signature": signature(body) },
    body: body,
  });
  if (!response.ok) {
    throw new Error("The chat answered " + response.status + ": " + shorten(response.text(), 200));
  }
  return response;
}

// Failures of one environment in a row are told once, and once more when it is
// well again.
function isNews() {
  var key = "state:" + activity.environments[0];
  var last = storage.get(key);
  if (last === activity.result) return false;
  storage.set(key, activity.result);
  return true;
}

function quiet(hour) {
  var from = Number(variables.QUIET_FROM || 22);
  var to = Number(variables.QUIET_TO || 7);
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}

function mentions() {
  if (activity.result !== "failure") return [];
  var people = (variables.ON_CALL || "").split(",");
  return _.compact(
    _.map(people, function (name) {
      return name.trim() && "<@" + name.trim() + ">";
    }),
  );
}

function describe() {
  var parts = [activity.type, activity.environments.join("+"), activity.result];
  var count = activity.payload.commits_count;
  if (count) parts.push(count + (count === 1 ? " commit" : " commits"));
  return parts.join(" ");
}

function main() {
  if (!_.contains(EVENTS, activity.type)) return;
  if (!isNews()) {
    console.log("Nothing new: " + describe());
    return;
  }
  if (quiet(new Date().getUTCHours())) {
    console.log("Quiet hours: " + describe());
    return;
  }
  var message = { text: mentions().join(" "), attachments: [attachment()] };
  post(variables.CHAT_URL, message);
  console.log("Told the chat: " + describe());
}

main();
