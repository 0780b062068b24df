// Sets the status of the pushed commit on GitHub to the result of the activity.
// Variables: GITHUB_TOKEN, GITHUB_REPOSITORY as owner/name; optional GITHUB_API.

if (!variables.GITHUB_TOKEN || !variables.GITHUB_REPOSITORY) {
  throw new Error("Set the variables GITHUB_TOKEN and GITHUB_REPOSITORY (owner/name).");
}

var states = { success: "success", failure: "failure" };
var commit = activity.parameters.new_commit || activity.payload.environment.head_commit;
var api = variables.GITHUB_API || "https://api.github.com";

var response = fetch(api + "/repos/" + variables.GITHUB_REPOSITORY + "/statuses/" + commit, {
  method: "POST",
  headers: {
    Authorization: "Bearer " + variables.GITHUB_TOKEN,
    Accept: "application/vnd.github+json",
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    state: states[activity.result] || "pending",
    context: "deploy/" + activity.environments[0],
    description: activity.text.slice(0, 140),
  }),
});

if (response.status !== 201) {
  var problem = response.json();
  throw new Error("GitHub answered " + response.status + ": " + problem.message);
}
console.log("Commit %s is %s", commit.slice(0, 7), states[activity.result] || "pending");
