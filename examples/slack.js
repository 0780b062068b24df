// Posts a message to Slack about a push or a deployment.
// Variables: SLACK_URL, the address of an incoming webhook.

if (!variables.SLACK_URL) {
  throw new Error("Set the variable SLACK_URL to your Slack webhook's address.");
}

function color() {
  if (activity.result === "failure") return "danger";
  return activity.state === "complete" ? "good" : "warning";
}

function commitList() {
  var commits = activity.payload.commits || [];
  return _.map(commits, function (commit) {
    return "• " + commit.message.split("\n")[0] + " (" + commit.author.name + ")";
  }).join("\n");
}

function primaryRoute() {
  var deployment = activity.payload.deployment || {};
  return _.findKey(deployment.routes || {}, function (route) {
    return route.primary;
  });
}

var environment = activity.payload.environment || { name: activity.environments[0] };
var message = {
  attachments: [
    {
      color: color(),
      title: activity.text,
      title_link: primaryRoute(),
      text: commitList(),
      fields: [
        { title: "Environment", value: environment.name, short: true },
        { title: "Result", value: activity.result || activity.state, short: true },
      ],
    },
  ],
};

var response = fetch(variables.SLACK_URL, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(message),
});

if (!response.ok) {
  throw new Error("Slack answered " + response.status + ": " + response.body.text());
}
console.log("Told Slack: %s", activity.text);
