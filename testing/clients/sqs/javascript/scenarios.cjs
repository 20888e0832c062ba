// The AWS SDK for JavaScript v3, sqs-consumer and sqs-producer, as their users have them: `node scenarios.cjs NAME`, or
// `--list`. The tests in `../javascript.rs` start a server per scenario and run this.

"use strict";

const assert = require("node:assert/strict");
const {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  paginateListQueues,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} = require("@aws-sdk/client-sqs");
const { Consumer } = require("sqs-consumer");
const { Producer } = require("sqs-producer");

// One attempt only: a retry would hide an answer that was wrong the first time.
const settings = {
  endpoint: process.env.LONGSHORE_ENDPOINT,
  region: "eu-central-1",
  credentials: { accessKeyId: "anyone", secretAccessKey: "anything" },
  maxAttempts: 1,
};

const sqs = new SQSClient(settings);

const createQueue = async (name, attributes = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))).QueueUrl;

const attributesOf = async (url) =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }))).Attributes;

const countsOf = async (url) => {
  const told = await attributesOf(url);
  return ["", "NotVisible", "Delayed"].map((state) => Number(told[`ApproximateNumberOfMessages${state}`]));
};

const receive = async (url, more = {}) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20, ...more }))).Messages ?? [];

// A consumer that stops with its first `count` messages handled; the bodies, in the order in which they came.
const consume = async (url, count, options = {}) => {
  const bodies = [];
  const { handle = (message) => message, forgives = () => false, ...more } = options;
  const consumer = Consumer.create({
    queueUrl: url,
    sqs,
    waitTimeSeconds: 1,
    pollingCompleteWaitTimeMs: 30_000,
    handleMessage: async (message) => {
      bodies.push(message.Body);
      if (bodies.length === count) {
        consumer.stop();
      }
      return handle(message, bodies.length);
    },
    ...more,
  });
  for (const event of ["error", "timeout_error"]) {
    consumer.on(event, (error) => forgives(error) || assert.fail(error));
  }
  // Not `events.once`, which would reject for any error, a forgiven one too.
  const stopped = new Promise((resolve) => consumer.once("stopped", resolve));
  consumer.start();
  await stopped;
  return bodies;
};

const scenarios = {
  // The SDK checks the digests of bodies and attributes by itself.
  async a_message_goes_round() {
    const url = await createQueue("jobs");
    const attributes = {
      kind: { DataType: "String", StringValue: "greeting ☕" },
      size: { DataType: "Number.int", StringValue: "7" },
      raw: { DataType: "Binary", BinaryValue: new Uint8Array([0, 1, 255]) },
    };
    const body = "hello <&> \"you\"\n\t☕";
    const sent = await sqs.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: body, MessageAttributes: attributes }),
    );
    const [message] = await receive(url, { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] });
    assert.equal(message.MessageId, sent.MessageId);
    assert.equal(message.Body, body);
    assert.equal(message.MessageAttributes.size.StringValue, "7");
    assert.deepEqual([...message.MessageAttributes.raw.BinaryValue], [0, 1, 255]);
    assert.equal(message.Attributes.ApproximateReceiveCount, "1");
    const handle = { QueueUrl: url, ReceiptHandle: message.ReceiptHandle };
    await sqs.send(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 0 }));
    const [again] = await receive(url);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: again.ReceiptHandle }));
    assert.deepEqual(await countsOf(url), [0, 0, 0]);
  },

  async batches_report_each_entry() {
    const url = await createQueue("jobs");
    const entries = [0, 1, 2].map((n) => ({ Id: `${n}`, MessageBody: `body ${n}` }));
    entries.push({ Id: "bad", MessageBody: "x", DelaySeconds: 901 });
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }));
    assert.deepEqual(sent.Successful.map((entry) => entry.Id), ["0", "1", "2"]);
    assert.deepEqual(sent.Failed.map((entry) => [entry.Id, entry.SenderFault]), [["bad", true]]);
    const messages = await receive(url, { MaxNumberOfMessages: 10 });
    const handles = messages.map((message, n) => ({ Id: `${n}`, ReceiptHandle: message.ReceiptHandle }));
    const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: handles }));
    assert.equal(deleted.Successful.length, 3);
    assert.deepEqual(await countsOf(url), [0, 0, 0]);
  },

  async queues_are_managed_and_listed_in_pages() {
    const created = { QueueName: "jobs-0", Attributes: { DelaySeconds: "5" }, tags: { team: "harbour" } };
    const { QueueUrl: url } = await sqs.send(new CreateQueueCommand(created));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: "6" } }));
    assert.equal((await attributesOf(url)).DelaySeconds, "6");
    assert.deepEqual((await sqs.send(new ListQueueTagsCommand({ QueueUrl: url }))).Tags, { team: "harbour" });
    for (const n of [1, 2, 3, 4]) {
      await createQueue(`jobs-${n}`);
    }
    const listed = [];
    for await (const page of paginateListQueues({ client: sqs, pageSize: 2 }, { QueueNamePrefix: "jobs-" })) {
      listed.push(...page.QueueUrls);
    }
    assert.deepEqual(listed.map((found) => found.split("/").pop()), [0, 1, 2, 3, 4].map((n) => `jobs-${n}`));
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    await assert.rejects(attributesOf(url), (error) => {
      assert.ok(error instanceof QueueDoesNotExist, error.name);
      assert.equal(error.$metadata.httpStatusCode, 400);
      return true;
    });
  },

  async a_consumer_handles_what_a_producer_sends() {
    const url = await createQueue("jobs");
    const producer = Producer.create({ queueUrl: url, sqs, region: settings.region });
    const wanted = Array.from({ length: 25 }, (_, n) => ({ id: `m${n}`, body: `body ${n}` }));
    const sent = await producer.send(wanted);
    assert.equal(sent.length, 25);
    assert.equal(await producer.queueSize(), 25);
    const bodies = await consume(url, 25, { batchSize: 10 });
    assert.deepEqual(bodies.toSorted(), wanted.map((message) => message.body).toSorted());
    assert.deepEqual(await countsOf(url), [0, 0, 0]);
  },

  async a_producers_attributes_and_delays_arrive() {
    const url = await createQueue("jobs");
    const producer = Producer.create({ queueUrl: url, sqs, region: settings.region });
    const messageAttributes = { kind: { DataType: "String", StringValue: "late" } };
    await producer.send({ id: "1", body: "in a second", delaySeconds: 1, messageAttributes });
    const [message] = await receive(url, { MessageAttributeNames: ["kind"] });
    assert.equal(message.Body, "in a second");
    assert.equal(message.MessageAttributes.kind.StringValue, "late");
  },

  async what_a_consumer_fails_comes_back_and_is_set_aside() {
    const aside = await createQueue("aside");
    const policy = { deadLetterTargetArn: (await attributesOf(aside)).QueueArn, maxReceiveCount: 2 };
    const url = await createQueue("jobs", { RedrivePolicy: JSON.stringify(policy) });
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "poison" }));
    const fail = () => {
      throw new Error("no taste for it");
    };
    const bodies = await consume(url, 2, { terminateVisibilityTimeout: true, handle: fail });
    assert.deepEqual(bodies, ["poison", "poison"]);
    const [buried] = await receive(aside, { MessageSystemAttributeNames: ["All"] });
    assert.equal(buried.Body, "poison");
    assert.equal(buried.Attributes.DeadLetterQueueSourceArn, (await attributesOf(url)).QueueArn);
  },

  async a_consumers_heartbeat_keeps_its_message() {
    const url = await createQueue("jobs", { VisibilityTimeout: "6" });
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "long work" }));
    // Longer than the timeout: without the heartbeat somebody else would be given the message meanwhile.
    let done = false;
    const handle = async (message) => {
      const [stolen] = await receive(url, { WaitTimeSeconds: 8 });
      assert.equal(stolen, undefined);
      done = true;
      return message;
    };
    // The library's heart beats until its delete is answered, so its last beat may find the message gone.
    const forgives = (error) => done && error.message.startsWith("Error changing visibility timeout");
    const bodies = await consume(url, 1, { visibilityTimeout: 6, heartbeatInterval: 3, handle, forgives });
    assert.deepEqual(bodies, ["long work"]);
    assert.deepEqual(await countsOf(url), [0, 0, 0]);
  },
};

const main = async (name) => {
  if (name === "--list") {
    console.log(Object.keys(scenarios).join("\n"));
    return;
  }
  await scenarios[name]();
};

main(process.argv[2]).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
