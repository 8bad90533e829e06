// What a program built on HubSpot's own Node client does with a portal: says what it saw as one JSON object.
import { Client } from "@hubspot/api-client";

const said = JSON.parse(process.argv[2]);
const hubspot = new Client({ accessToken: said.token, basePath: said.url, numberOfApiCallRetries: 2 });
const seen = {};

const companies = await hubspot.crm.companies.getAll(100, undefined, ["name", "domain"]);
seen.companies = companies.length;
const some = companies.slice(0, 3).map((one) => one.id);

const found = await hubspot.crm.companies.searchApi.doSearch({
  filterGroups: [{ filters: [{ propertyName: "hs_object_id", operator: "IN", values: some }] }],
  properties: ["name"],
  limit: 10,
});
seen.found = found.total;

const read = await hubspot.crm.companies.batchApi.read({
  inputs: some.map((id) => ({ id })),
  properties: ["name"],
  propertiesWithHistory: ["name"],
});
seen.read = [read.status, read.results.length, read.results.every((one) => one.propertiesWithHistory.name.length > 0)];

const updated = await hubspot.crm.companies.batchApi.update({
  inputs: some.map((id) => ({ id, properties: { description: "by the Node client" } })),
});
seen.updated = [updated.status, updated.results.length];
seen.read_back = (await hubspot.crm.companies.basicApi.getById(some[0], ["description"])).properties.description;

const linked = await hubspot.crm.associations.v4.batchApi.getPage("companies", "contacts", {
  inputs: some.map((id) => ({ id })),
});
seen.linked = linked.results.every((one) => one.to.length > 0);

seen.owners = (await hubspot.crm.owners.ownersApi.getPage()).results.length;
seen.pipelines = (await hubspot.crm.pipelines.pipelinesApi.getAll("deals")).results.length;
seen.properties = (await hubspot.crm.properties.coreApi.getAll("companies")).results.length;

await hubspot.crm.properties.groupsApi.create("companies", { name: "foreign", label: "Foreign", displayOrder: -1 });
const property = await hubspot.crm.properties.coreApi.create("companies", {
  name: "foreign_number",
  label: "Foreign number",
  type: "number",
  fieldType: "number",
  groupName: "foreign",
});
seen.property = property.name;

try {
  await hubspot.crm.companies.basicApi.update(some[0], { properties: { no_such_property: "1" } });
} catch (error) {
  seen.refused = [error.code, error.body.category];
}

const made = await hubspot.crm.contacts.basicApi.create({ properties: { email: "foreign@example.com" } });
await hubspot.crm.contacts.basicApi.archive(made.id);
const archived = await hubspot.crm.contacts.basicApi.getPage(100, undefined, ["email"], undefined, undefined, true);
seen.archived = archived.results.some((one) => one.id === made.id);

console.log(JSON.stringify(seen));
