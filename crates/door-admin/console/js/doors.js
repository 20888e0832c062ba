// The doors with their addresses, and how a client goes through each: lines to copy.

import { h, replace } from "./dom.js";
import { copy } from "./dialogs.js";
import { button, panel, table, cell, numberCell, chip } from "./panels.js";
import { line, short, count } from "./text.js";

const CLIENTS = [
  { name: "boto3", door: "sqs", lines: boto3 },
  { name: "pika", door: "amqp", lines: pika },
  { name: "curl", door: "admin", lines: curl },
];

/** What listens, and the snippets for it. */
export function doorsPanel({ doors }) {
  const rows = doors.map((door) => {
    const failed = errorsOf(door.errors);
    return h(
      "tr",
      null,
      h("th", { scope: "row" }, line(door.name), " ", door.tls ? chip("TLS", "moss") : null),
      cell(
        door.addresses.length > 0
          ? door.addresses.map((address) => h("div", { class: "code breaks" }, line(address)))
          : h("span", { class: "faint" }, "off"),
      ),
      numberCell(count(connectionsOf(door)), { zero: connectionsOf(door) === 0 }),
      numberCell(short(door.requests), { zero: door.requests === 0, class: "rarely" }),
      numberCell(short(failed), { zero: failed === 0, class: "rarely" }),
    );
  });
  const columns = [
    { title: "Door" },
    { title: "Address" },
    { title: "Connections", class: "number" },
    { title: "Requests", class: "number rarely" },
    { title: "Refused", class: "number rarely" },
  ];
  const clients = CLIENTS.map((client) => ({ ...client, at: doors.find(({ name }) => name === client.door) })).filter(
    ({ at }) => at && at.addresses.length > 0,
  );
  return panel(
    "Doors",
    { inset: false },
    table("Doors and their addresses", columns, rows).element,
    clients.length ? h("div", { class: "inside" }, snippets(clients)) : null,
  );
}

function connectionsOf({ connections }) {
  return typeof connections === "number" ? connections : (connections?.open ?? 0);
}

function errorsOf(errors) {
  if (typeof errors === "number") return errors;
  return Object.values(errors ?? {}).reduce((sum, many) => sum + many, 0);
}

/** A switch between clients, and the lines for the chosen one. */
export function snippets(clients) {
  const text = h("code");
  const body = h(
    "div",
    { class: "snippet" },
    h("pre", { tabindex: "0" }, text),
    button("Copy", () => copy(text.textContent), { small: true, icon: "copy" }),
  );
  const buttons = clients.map((client) =>
    h("button", { type: "button", on: { click: () => choose(client) } }, client.name),
  );
  const choose = (client) => {
    clients.forEach((other, at) => buttons[at].setAttribute("aria-pressed", String(other === client)));
    replace(text, client.lines(client.at));
  };
  choose(clients[0]);
  return h(
    "div",
    { class: "form" },
    h("div", { class: "tools" }, h("div", { class: "choice", role: "group", "aria-label": "Client" }, buttons)),
    body,
  );
}

/** An address that this browser's machine can use too, where the server listens on all of its own. */
function reachable(address) {
  const port = address.slice(address.lastIndexOf(":") + 1);
  const host = address.slice(0, address.lastIndexOf(":"));
  return host === "0.0.0.0" || host === "[::]" ? `${location.hostname}:${port}` : address;
}

function boto3({ addresses, tls }) {
  return `import boto3

sqs = boto3.client(
    "sqs", region_name="us-east-1",
    endpoint_url="${tls ? "https" : "http"}://${reachable(addresses[0])}",
    aws_access_key_id="NAME",
    aws_secret_access_key="SECRET")
url = sqs.create_queue(QueueName="orders")["QueueUrl"]
sqs.send_message(QueueUrl=url, MessageBody="40 crates")
print(sqs.receive_message(QueueUrl=url))`;
}

function pika({ addresses, tls }) {
  return `import pika

url = "${tls ? "amqps" : "amqp"}://NAME:SECRET@${reachable(addresses[0])}"
connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
channel.queue_declare("orders", durable=True)
channel.basic_publish("", "orders", b"40 crates")
print(channel.basic_get("orders", auto_ack=True))`;
}

function curl() {
  const user = sessionStorage.length > 0 ? " -u NAME:SECRET" : "";
  const ask = (rest, body) => `curl${user} -H 'longshore-change: yes' \\
     ${location.origin}/v1/queues${rest} \\
     --json '${body}'`;
  return [
    ask("", '{"name": "orders"}'),
    ask("/orders/messages", '{"body": "40 crates"}'),
    ask("/orders/receive", '{"wait_ms": 20000}'),
  ].join("\n");
}
