// What a product that uses Segment's own Node library sends: says as one JSON object how many calls were delivered.
import { Analytics } from "@segment/analytics-node";

const said = JSON.parse(process.argv[2]);
const analytics = new Analytics({ writeKey: said.write_key, host: said.url, flushAt: 20, flushInterval: 100 });
const seen = { delivered: 0, failed: 0 };

const told = (error) => (error ? (seen.failed += 1) : (seen.delivered += 1));
analytics.track({ anonymousId: "visitor", event: "opened" }, told);
analytics.identify({ userId: "node-user", anonymousId: "visitor", traits: { plan: "gold" } }, told);
analytics.group({ userId: "node-user", groupId: "1", traits: { name: "Account 1" } }, told);
for (let number = 0; number < 50; number += 1) {
  analytics.track({ userId: "node-user", event: "opened", properties: { number, note: "été 🎉" } }, told);
}
analytics.page({ userId: "node-user", name: "Pricing" }, told);
analytics.screen({ userId: "node-user", name: "Home" }, told);
analytics.track({ userId: "node-user", event: "saved", context: { groupId: "2" } }, told);
analytics.track({ userId: "node-user", event: "saved", timestamp: new Date(Date.now() - 3 * 86_400_000) }, told);
analytics.alias({ userId: "node-user", previousId: "older-id" }, told);
await analytics.closeAndFlush({ timeout: 20_000 });

console.log(JSON.stringify(seen));
