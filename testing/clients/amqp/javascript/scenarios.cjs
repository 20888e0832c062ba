// amqplib as its users have it: `node scenarios.cjs NAME`, or `--list`. The tests in `../javascript.rs` start a server per
// scenario and run this; it passes against RabbitMQ too.

"use strict";

const assert = require("node:assert/strict");
const amqp = require("amqplib");

const url = process.env.LONGSHORE_AMQP;

// A promise for `count` messages of a queue, as they come.
const received = (channel, queue, count, options = {}) =>
  new Promise((resolve, reject) => {
    const messages = [];
    const take = (message) => {
      if (message === null) {
        reject(new Error("the consumer was cancelled"));
        return;
      }
      messages.push(message);
      if (messages.length === count) {
        resolve(messages);
      }
    };
    channel.consume(queue, take, options).catch(reject);
  });

// The error that a channel ends with; a call on it fails with the same.
const refused = async (connection, run) => {
  const channel = await connection.createChannel();
  const ended = new Promise((resolve) => channel.once("error", resolve));
  await assert.rejects(Promise.resolve(run(channel)));
  return (await ended).code;
};

const scenarios = {
  a_message_goes_round: async (connection) => {
    const channel = await connection.createConfirmChannel();
    const { queue, messageCount } = await channel.assertQueue("jobs", { durable: true });
    assert.deepEqual([queue, messageCount], ["jobs", 0]);
    const headers = { text: "grüße", number: 1.5, big: 2 ** 40, yes: true, list: [1, "two"], table: { a: null } };
    const options = { persistent: true, headers, contentType: "text/plain", messageId: "m-1", timestamp: 1_700_000_000 };
    channel.sendToQueue(queue, Buffer.from("hello"), options);
    await channel.waitForConfirms();
    const message = await channel.get(queue);
    assert.equal(message.content.toString(), "hello");
    assert.deepEqual(message.properties.headers, headers);
    assert.equal(message.properties.timestamp, 1_700_000_000);
    assert.equal(message.fields.redelivered, false);
    channel.ack(message);
    assert.equal(await channel.get(queue), false);
    assert.deepEqual(await channel.deleteQueue(queue), { messageCount: 0 });
  },

  publishes_are_confirmed_one_by_one: async (connection) => {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue("jobs");
    const told = [];
    for (let number = 0; number < 500; number += 1) {
      const body = Buffer.from(String(number));
      channel.sendToQueue("jobs", body, { persistent: true }, (error) => told.push(error));
    }
    await channel.waitForConfirms();
    assert.deepEqual(told, Array(500).fill(null));
    const messages = await received(channel, "jobs", 500);
    assert.deepEqual(
      messages.map((message) => Number(message.content)),
      [...Array(500).keys()],
    );
    channel.ackAll();
    await channel.deleteQueue("jobs");
  },

  a_worker_has_its_prefetch: async (connection) => {
    const channel = await connection.createChannel();
    await channel.assertQueue("jobs");
    for (const body of ["one", "two", "three"]) {
      channel.sendToQueue("jobs", Buffer.from(body));
    }
    await channel.prefetch(1);
    const bodies = [];
    const consumerTag = "worker";
    await new Promise((resolve, reject) => {
      const work = (message) => {
        bodies.push(message.content.toString());
        setImmediate(() => {
          channel.ack(message);
          if (bodies.length === 3) resolve();
        });
      };
      channel.consume("jobs", work, { consumerTag }).catch(reject);
    });
    await channel.cancel(consumerTag);
    assert.deepEqual(bodies, ["one", "two", "three"]);
    await channel.deleteQueue("jobs");
  },

  a_topic_reaches_its_subscribers: async (connection) => {
    const channel = await connection.createChannel();
    await channel.assertExchange("events", "topic", { durable: false });
    const { queue } = await channel.assertQueue("", { exclusive: true });
    await channel.bindQueue(queue, "events", "order.*");
    const messages = received(channel, queue, 2, { noAck: true });
    for (const key of ["order.new", "invoice.new", "order.paid"]) {
      channel.publish("events", key, Buffer.from(key));
    }
    const keys = (await messages).map((message) => message.fields.routingKey);
    assert.deepEqual(keys, ["order.new", "order.paid"]);
    await channel.deleteExchange("events");
  },

  what_is_unroutable_comes_back: async (connection) => {
    const channel = await connection.createConfirmChannel();
    const returned = new Promise((resolve) => channel.once("return", resolve));
    channel.publish("", "nobody", Buffer.from("hello"), { mandatory: true });
    await channel.waitForConfirms();
    const message = await returned;
    assert.deepEqual([message.fields.replyCode, message.content.toString()], [312, "hello"]);
  },

  what_is_rejected_is_dead_lettered: async (connection) => {
    const channel = await connection.createChannel();
    await channel.assertQueue("dead");
    await channel.assertQueue("jobs", { deadLetterExchange: "", deadLetterRoutingKey: "dead" });
    channel.sendToQueue("jobs", Buffer.from("bad"));
    const [message] = await received(channel, "jobs", 1);
    channel.nack(message, false, false);
    const [dead] = await received(channel, "dead", 1, { noAck: true });
    const [death] = dead.properties.headers["x-death"];
    assert.deepEqual([death.queue, death.reason, death.count], ["jobs", "rejected", 1]);
    assert.ok(Math.abs(death.time.value - Date.now() / 1000) < 60, death.time);
    await channel.deleteQueue("jobs");
    await channel.deleteQueue("dead");
  },

  a_question_is_answered_directly: async (connection) => {
    const channel = await connection.createChannel();
    await channel.assertQueue("work");
    const answer = received(channel, "amq.rabbitmq.reply-to", 1, { noAck: true });
    const options = { replyTo: "amq.rabbitmq.reply-to", correlationId: "1" };
    channel.sendToQueue("work", Buffer.from("question"), options);
    const [question] = await received(channel, "work", 1, { noAck: true });
    const { replyTo, correlationId } = question.properties;
    channel.sendToQueue(replyTo, Buffer.from("answer"), { correlationId });
    const [message] = await answer;
    assert.deepEqual([message.content.toString(), message.properties.correlationId], ["answer", "1"]);
    await channel.deleteQueue("work");
  },

  errors_close_the_channel_and_not_the_connection: async (connection) => {
    const channel = await connection.createChannel();
    await channel.assertQueue("jobs", { durable: true });
    assert.equal(await refused(connection, (other) => other.checkQueue("missing")), 404);
    assert.equal(await refused(connection, (other) => other.assertQueue("jobs", { durable: false })), 406);
    assert.equal(await refused(connection, (other) => other.assertQueue("amq.mine")), 403);
    assert.equal((await channel.checkQueue("jobs")).queue, "jobs");
    await channel.deleteQueue("jobs");
  },

  a_deleted_queue_cancels_its_consumer: async (connection) => {
    const channel = await connection.createChannel();
    await channel.assertQueue("jobs");
    const cancelled = assert.rejects(received(channel, "jobs", 1), /the consumer was cancelled/);
    await channel.checkQueue("jobs");
    await channel.deleteQueue("jobs");
    await cancelled;
  },

  large_bodies_arrive_whole: async (connection) => {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue("jobs");
    const body = Buffer.alloc(3_000_000, "longshore");
    channel.sendToQueue("jobs", body);
    await channel.waitForConfirms();
    const message = await channel.get("jobs", { noAck: true });
    assert.ok(message.content.equals(body));
    await channel.deleteQueue("jobs");
  },
};

const main = async (name) => {
  if (name === "--list") {
    console.log(Object.keys(scenarios).join("\n"));
    return;
  }
  const connection = await amqp.connect(url);
  await scenarios[name](connection);
  await connection.close();
};

main(process.argv[2]).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
