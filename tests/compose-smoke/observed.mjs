import { readFile } from "node:fs/promises";
import { root } from "./docker.mjs";

/** Metrics that nothing records while all is well. */
export const onlyInTrouble = new Set([
    "lockngen_gateway_connections_rejected_total",
    "lockngen_gateway_deliveries_conflated_total",
    "lockngen_gateway_holes_total",
    "lockngen_generations_taken_back_total",
    "lockngen_webhooks_attempt_duration_seconds_bucket",
    "lockngen_webhooks_attempt_duration_seconds_count",
]);

/** Every query of the dashboard and the alerts, and the names of the metrics in them. */
export async function observed() {
    const dashboard = JSON.parse(await readFile(`${root}/deploy/grafana/dashboards/lockngen.json`, "utf8"));
    const rules = await readFile(`${root}/deploy/prometheus/alerts.yml`, "utf8");
    const queries = dashboard.panels.flatMap((panel) => panel.targets ?? []).map((target) => target.expr.replaceAll("$__rate_interval", "1m"));
    const names = [...queries, rules].flatMap((query) => query.match(/\b(lockngen|rabbitmq|dotnet|http_server)_[a-z0-9_]+/g) ?? []);
    return { queries, asked: [...new Set(names)].sort() };
}
