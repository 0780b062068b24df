// Tells a channel what happened to an environment: the message that is built here
// would be posted by fetch, which a benchmark had better not do.
"use strict";

var storage = require("storage");

var COLORS = { success: "#2eb67d", failure: "#e01e5a", pending: "#ecb22e" };

var VERBS = {
  "environment.push": "pushed to",
  "environment.branch": "branched",
  "environment.merge": "merged",
  "environment.redeploy": "redeployed",
  "environment.backup": "backed up",
  "environment.activate": "activated",
  "environment.delete": "deleted",
};

// Where the message goes: what was configured, or else the default.
function channel() {
  return storage.get("channel") || variables.CHANNEL || "#general";
}

function plural(count, noun) {
  return count + " " + noun + (count === 1 ? "" : "s");
}

// The first line of a text, shortened to a length that people read.
function headline(text, limit) {
  var line = String(text || "").split("\n")[0].trim();
  return line.length > limit ? line.slice(0, limit - 1) + "…" : line;
}

function escapeText(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function duration(from, to) {
  var seconds = Math.round((new Date(to) - new Date(from)) / 1000);
  if (!isFinite(seconds)) {
    return "unknown";
  }
  var minutes = Math.floor(seconds / 60);
  return minutes > 0 ? minutes + " min " + (seconds % 60) + " s" : seconds + " s";
}

function status() {
  if (activity.state !== "complete") {
    return "pending";
  }
  return activity.result === "failure" ? "failure" : "success";
}

// People read "3 hours ago" faster than a time; what is older than a week gets its
// date.
function age(time, now) {
  var hours = Math.floor((now - new Date(time)) / 3600000);
  if (!isFinite(hours) || hours < 1) {
    return "just now";
  }
  if (hours < 48) {
    return plural(hours, "hour") + " ago";
  }
  var days = Math.floor(hours / 24);
  return days <= 7 ? plural(days, "day") + " ago" : new Date(time).toISOString().slice(0, 10);
}

function author(commit) {
  return (commit.author && commit.author.name) || "someone";
}

function commitLines(commits) {
  var shown = commits.slice(0, 5).map(function (commit) {
    return "`" + commit.sha.slice(0, 7) + "` " + escapeText(headline(commit.message, 72)) + " – " + escapeText(author(commit));
  });
  if (commits.length > shown.length) {
    shown.push("and " + plural(commits.length - shown.length, "more commit"));
  }
  return shown.join("\n");
}

// The routes that visitors see, the primary one first.
function routes(deployment) {
  var all = (deployment && deployment.routes) || {};
  return Object.keys(all)
    .filter(function (url) {
      return all[url].type === "upstream" && url.indexOf("https://") === 0;
    })
    .sort(function (a, b) {
      return Number(all[b].primary) - Number(all[a].primary) || (a < b ? -1 : 1);
    });
}

function title(payload) {
  var who = payload.user ? payload.user.display_name : "Someone";
  var what = VERBS[activity.type] || activity.type;
  var where = payload.environment ? payload.environment.name : activity.environments.join(", ");
  return who + " " + what + " " + where;
}

function field(name, value) {
  return { title: name, value: escapeText(value), short: String(value).length < 40 };
}

function fields(payload) {
  var list = [field("Project", payload.project ? payload.project.title : activity.project)];
  if (payload.environment) {
    list.push(field("Environment", payload.environment.name + " (" + payload.environment.type + ")"));
  }
  list.push(field("Took", duration(activity.started_at, activity.completed_at)));
  var steps = activity.timings || {};
  var slowest = Object.keys(steps).reduce(function (best, name) {
    return best === null || steps[name] > steps[best] ? name : best;
  }, null);
  if (slowest) {
    list.push(field("Slowest step", slowest + ", " + steps[slowest].toFixed(1) + " s"));
  }
  return list;
}

function message() {
  var payload = activity.payload || {};
  var commits = payload.commits || [];
  var links = routes(payload.deployment);
  return {
    channel: channel(),
    text: title(payload),
    attachments: [
      {
        color: COLORS[status()],
        title: headline(activity.text, 120),
        title_link: links[0],
        text: commitLines(commits),
        fields: fields(payload),
        footer: plural(commits.length, "commit") + ", " + plural(links.length, "route") + ", " + age(activity.completed_at, Date.now()),
      },
    ],
  };
}

// What may go wrong here is worth a line of its own: an activity of a type that is
// not known yet must not keep the message from being sent.
function main() {
  var body = JSON.stringify(message());
  if (body.length > 40000) {
    throw new Error("The message has " + body.length + " characters; the channel takes 40,000.");
  }
  console.log("%s: %s, %d characters", activity.id, status(), body.length);
}

main();
