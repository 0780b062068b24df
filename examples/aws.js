// Sends the activity to an SQS queue with a request signed by AWS Signature
// Version 4.
// Variables: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, SQS_QUEUE_URL.

_.each(
  ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SQS_QUEUE_URL"],
  function (name) {
    if (!variables[name]) throw new Error("Set the variable " + name + ".");
  },
);

function hmac(key, data) {
  return crypto.createHmac("sha256", key).update(data).digest();
}

function sha256Hex(data) {
  return crypto.createHash("sha256").update(data).digest("hex");
}

function signingKey(date, region, service) {
  return hmac(
    hmac(hmac(hmac("AWS4" + variables.AWS_SECRET_ACCESS_KEY, date), region), service),
    "aws4_request",
  );
}

var queue = new URL(variables.SQS_QUEUE_URL);
var now = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
var date = now.slice(0, 8);
var scope = [date, variables.AWS_REGION, "sqs", "aws4_request"].join("/");

var body = new URLSearchParams({
  Action: "SendMessage",
  Version: "2012-11-05",
  MessageBody: JSON.stringify({ id: activity.id, type: activity.type }),
}).toString();

var type = "application/x-www-form-urlencoded";
var canonicalRequest = [
  "POST",
  queue.pathname,
  "",
  "content-type:" + type,
  "host:" + queue.host,
  "x-amz-date:" + now,
  "",
  "content-type;host;x-amz-date",
  sha256Hex(body),
].join("\n");

var stringToSign = ["AWS4-HMAC-SHA256", now, scope, sha256Hex(canonicalRequest)].join("\n");
var signature = crypto
  .createHmac("sha256", signingKey(date, variables.AWS_REGION, "sqs"))
  .update(stringToSign)
  .digest("hex");

var response = fetch(queue.href, {
  method: "POST",
  headers: {
    "Content-Type": type,
    "X-Amz-Date": now,
    Authorization:
      "AWS4-HMAC-SHA256 Credential=" + variables.AWS_ACCESS_KEY_ID + "/" + scope +
      ", SignedHeaders=content-type;host;x-amz-date, Signature=" + signature,
  },
  body: body,
});

if (!response.ok) {
  throw new Error("SQS answered " + response.status + ": " + response.text());
}
console.log("Queued activity %s", activity.id);
