// What a program built on jsforce does with an org: says what it saw as one JSON object.
import jsforce from "jsforce";

const said = JSON.parse(process.argv[2]);
const { Connection } = jsforce;

const token = await fetch(`${said.url}/services/oauth2/token`, {
  method: "POST",
  headers: {
    Authorization: "Basic " + Buffer.from(`${said.client_id}:${said.client_secret}`).toString("base64"),
    "Content-Type": "application/x-www-form-urlencoded",
  },
  body: "grant_type=client_credentials",
}).then((answer) => answer.json());

const org = new Connection({ instanceUrl: token.instance_url, accessToken: token.access_token, version: "60.0" });
const seen = {};

const versions = await org.request("/services/data");
seen.versions = versions.length;
seen.identity = (await org.identity()).organization_id;
seen.objects = (await org.describeGlobal()).sobjects.map((one) => one.name);
const described = await org.sobject("Account").describe();
seen.fields = described.fields.length;

const everything = await org.query("SELECT Id, Name FROM Account ORDER BY Id", { autoFetch: true, maxFetch: 100000 });
seen.accounts = everything.records.length;
seen.total = everything.totalSize;
const some = everything.records.slice(0, 3).map((one) => one.Id);

seen.found = (await org.sobject("Account").find({ Id: { $in: some } }, { Id: 1, Name: 1 })).length;
const retrieved = await org.sobject("Account").retrieve(some);
seen.retrieved = retrieved.map((one) => one.Id).sort().join() === [...some].sort().join();

const updated = await org.sobject("Account").update(some.map((Id) => ({ Id, Description: "by jsforce" })));
seen.updated = updated.map((one) => one.success);
seen.read_back = (await org.sobject("Account").retrieve(some[0])).Description;

const made = await org.sobject("Contact").create({ LastName: "Foreign", AccountId: some[0] });
seen.made = made.success;
const gone = await org.sobject("Contact").destroy(made.id);
seen.gone = gone.success;
const hour = 3600_000;
await fetch(`${said.url}/_sandbox/clock`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ advance_s: 120 }), // the log of deletions trails by the minute
});
const [since, until] = [-hour, hour].map((by) => new Date(new Date(said.now).getTime() + by));
const deleted = await org.sobject("Contact").deleted(since, until);
seen.deleted = deleted.deletedRecords.some((one) => one.id === made.id);
const all = await org.query(`SELECT Id, IsDeleted FROM Contact WHERE Id = '${made.id}'`, { scanAll: true });
seen.scan_all = all.records.map((one) => one.IsDeleted);

try {
  await org.query("SELECT Nonsense__c FROM Account");
} catch (error) {
  seen.refused = error.errorCode;
}

const bulk = await org.bulk2.query("SELECT Id, Name FROM Account");
seen.bulk_rows = (await bulk.toArray()).length;
const loaded = await org.bulk2.loadAndWaitForResults({
  object: "Account",
  operation: "update",
  input: some.map((Id) => ({ Id, Description: "by bulk" })),
  pollTimeout: 30000,
  pollInterval: 100,
});
seen.bulk_updated = [loaded.successfulResults.length, loaded.failedResults.length];
seen.limits = Object.keys(await org.limits()).includes("DailyApiRequests");
seen.usage = Boolean(org.limitInfo?.apiUsage?.limit);

console.log(JSON.stringify(seen));
