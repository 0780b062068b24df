// Prints what a script gets. Run it for any activity to see what there is.

console.log("activity %s is %s (%s)", activity.id, activity.type, activity.state);
console.log(activity);
console.log("project:", project);
console.log("variables: %s", _.keys(variables).sort().join(", ") || "none");
console.log("payload:");
console.log(JSON.stringify(activity.payload, null, 2));
