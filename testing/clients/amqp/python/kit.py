"""What the scenarios share: a client that says and hears single frames, and writes down each of them.

It is pika's own codec over a plain socket, so that a transcript shows what pika's objects hide: class and method of an error,
the order of a return and its confirm, the types of headers. `>` is what the scenario sends, `<` what the server says;
connections beyond the first have a name before that.

A transcript must be the same at every run. So a call writes down its own answer, and what comes unasked (deliveries, returns,
confirms, cancels) waits until the scenario asks for so many of it. Generated names and times are masked.
"""

import contextlib
import os
import re
import socket
import time
from urllib.parse import unquote, urlparse

from pika import BasicProperties, frame, spec

URL = urlparse(os.environ["LONGSHORE_AMQP"])
# Anything that ought to happen at once; generous, because a test machine can be busy.
SOON = 20
UNASKED = {
    spec.Basic.Deliver: "deliveries",
    spec.Basic.Return: "returns",
    spec.Basic.Ack: "confirms",
    spec.Basic.Nack: "confirms",
    spec.Basic.Cancel: "cancels",
    spec.Connection.Blocked: "notices",
    spec.Connection.Unblocked: "notices",
}
MASKS = [
    (re.compile(r"amq\.(gen|ctag)-[\w-]+"), r"amq.\1-…"),
    (re.compile(r"amq\.rabbitmq\.reply-to\.[\w.=+/-]+"), "amq.rabbitmq.reply-to.…"),
]
# What the scenario has declared, for the end.
DECLARED = set()
CAPABILITIES = {"consumer_cancel_notify": True, "authentication_failure_close": True, "basic.nack": True}


def say(*words):
    """Writes a line of the transcript."""
    line = " ".join(str(word) for word in words)
    for pattern, mask in MASKS:
        line = pattern.sub(mask, line)
    print(line, flush=True)


def kebab(name):
    """`Queue.DeclareOk` as the specification writes it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def shown(value):
    """A value in one spelling, whatever the order of a table's fields; the time of a dead-lettering is masked."""
    if isinstance(value, dict):
        fields = (f"{key}={'…' if key == 'time' else shown(value[key])}" for key in sorted(value))
        return "{" + " ".join(fields) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    if isinstance(value, (bytes, str)) and len(value) > 200:
        return f"<{len(value)} of them>"
    return repr(value)


def fields(method):
    """The arguments that say something."""
    found = {key: value for key, value in vars(method).items() if not key.startswith("_") and key != "ticket"}
    return [f"{key}={shown(value)}" for key, value in found.items() if value not in (False, None, "", 0, {}, b"")]


def properties_shown(properties):
    """The properties that are set."""
    return [f"{key}={shown(value)}" for key, value in vars(properties).items() if value is not None]


class Hangup(Exception):
    """The server closed the connection, or the channel that a call was made on."""


class Content:
    """A message as it came, with the raw bytes of its properties."""

    def __init__(self, method, properties, raw, body):
        self.method, self.properties, self.raw, self.body = method, properties, raw, body

    def say(self, before, *, tag=True):
        """Writes it down; without its delivery tag where the order of two is open."""
        said = [one for one in fields(self.method) if tag or not one.startswith("delivery_tag")]
        body = self.body.decode() if len(self.body) <= 60 else f"{len(self.body)} octets"
        say(before, kebab(self.method.NAME), *said, "|", *properties_shown(self.properties), "|", body)


class Peer:
    """One connection, with as many channels as are opened."""

    def __init__(self, name="", *, open_channel=True, user=None, password=None, vhost=None, **told):
        self.name = name
        self.read_buffer = b""
        self.inbox = {kind: [] for kind in UNASKED.values()}
        self.socket = socket.create_connection((URL.hostname, URL.port), timeout=SOON)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.frame_max = told.get("frame_max", 131_072)
        self.handshake(user, password, vhost, told)
        if open_channel:
            self.rpc(1, spec.Channel.Open())

    def handshake(self, user, password, vhost, told):
        """From the protocol header to open-ok, unheard unless it fails."""
        self.socket.sendall(b"AMQP\x00\x00\x09\x01")
        self.server_properties = self.frame_of(spec.Connection.Start).server_properties
        user = user if user is not None else unquote(URL.username or "guest")
        password = password if password is not None else unquote(URL.password or "guest")
        client = {"product": "scenarios", "capabilities": told.get("capabilities", CAPABILITIES)}
        self.write(0, spec.Connection.StartOk(client, "PLAIN", f"\0{user}\0{password}", "en_US"))
        self.tuned = self.frame_of(spec.Connection.Tune)
        tune = spec.Connection.TuneOk(told.get("channel_max", 2_047), self.frame_max, told.get("heartbeat", 0))
        self.write(0, tune)
        vhost = vhost if vhost is not None else unquote(URL.path[1:]) or "/"
        self.write(0, spec.Connection.Open(vhost))
        self.frame_of(spec.Connection.OpenOk)

    # Writing.

    def write(self, channel, method, properties=None, body=None):
        """Sends a method, and its content where it has one, without a word."""
        if isinstance(method, (spec.Queue.Declare, spec.Exchange.Declare)):
            DECLARED.add((type(method), getattr(method, "queue", None) or getattr(method, "exchange", None)))
        out = frame.Method(channel, method).marshal()
        if properties is not None:
            out += frame.Header(channel, len(body), properties).marshal()
            step = self.frame_max - 8
            out += b"".join(frame.Body(channel, body[at : at + step]).marshal() for at in range(0, len(body), step))
        self.socket.sendall(out)

    def raw(self, octets):
        """Sends any octets."""
        self.socket.sendall(octets)

    def send(self, method, channel=1):
        """Sends a method that has no answer."""
        say(f"{self.name}>", kebab(method.NAME), *fields(method), *self.on(channel))
        self.write(channel, method)

    def publish(self, routing_key, body, *, exchange="", mandatory=False, channel=1, **properties):
        """Sends a message."""
        method = spec.Basic.Publish(exchange=exchange, routing_key=routing_key, mandatory=mandatory)
        properties = BasicProperties(**properties)
        text = body.decode() if len(body) <= 60 else f"{len(body)} octets"
        said = [*fields(method), "|", *properties_shown(properties), "|", text, *self.on(channel)]
        say(f"{self.name}> basic.publish", *said)
        self.write(channel, method, properties, body)

    @staticmethod
    def on(channel):
        """Names every channel but the first."""
        return () if channel == 1 else (f"on channel {channel}",)

    # Reading.

    def next_frame(self, deadline=SOON):
        """The next frame, whatever it is."""
        until = time.monotonic() + deadline
        while True:
            used, decoded = frame.decode_frame(self.read_buffer)
            if decoded is not None:
                self.payload = self.read_buffer[7 : used - 1]
                self.read_buffer = self.read_buffer[used:]
                return decoded
            self.socket.settimeout(max(until - time.monotonic(), 0.001))
            more = b""
            with contextlib.suppress(ConnectionResetError):
                more = self.socket.recv(65_536)
            if not more:
                say(f"{self.name}< the socket is closed")
                raise Hangup("the server hung up")
            self.read_buffer += more

    def content(self, method):
        """The header and the body that follow a method."""
        header = self.next_frame()
        raw, body = self.payload[12:], b""
        while len(body) < header.body_size:
            body += self.next_frame().fragment
        return Content(method, header.properties, raw, body)

    def next_method(self, deadline=SOON):
        """The next method; what comes unasked goes to its box, and an end of the channel or connection is answered."""
        got = self.next_frame(deadline)
        while isinstance(got, frame.Heartbeat):
            got = self.next_frame(deadline)
        method = got.method
        box = UNASKED.get(type(method))
        if isinstance(method, (spec.Basic.Deliver, spec.Basic.Return)):
            self.inbox[box].append(self.content(method))
        elif box:
            self.inbox[box].append(method)
        elif isinstance(method, (spec.Channel.Close, spec.Connection.Close)):
            self.closed(got.channel_number, method)
        else:
            return self.content(method) if isinstance(method, spec.Basic.GetOk) else method
        return None

    def closed(self, channel, method):
        """Writes down an end, answers it, and ends the call that waits."""
        blamed = spec.methods.get(method.class_id << 16 | method.method_id)
        blamed = kebab(blamed.NAME) if blamed else f"{method.class_id}.{method.method_id}"
        kind = "channel.close" if channel else "connection.close"
        say(f"{self.name}< {kind} {method.reply_code} {method.reply_text!r} for {blamed}", *self.on(channel or 1))
        with contextlib.suppress(OSError):
            self.write(channel, spec.Channel.CloseOk() if channel else spec.Connection.CloseOk())
        raise Hangup(method.reply_text)

    def frame_of(self, kind):
        """Waits for a method of this kind, in the handshake."""
        method = None
        while method is None:
            method = self.next_method()
        assert isinstance(method, kind), method
        return method

    def rpc(self, channel, method):
        """Sends a method and returns its answer, without a word."""
        self.write(channel, method)
        answer = None
        while answer is None:
            answer = self.next_method()
        return answer

    def call(self, method, channel=1):
        """Sends a method and writes down its answer; `None` if the answer is the channel's end."""
        say(f"{self.name}>", kebab(method.NAME), *fields(method), *self.on(channel))
        try:
            answer = self.rpc(channel, method)
        except Hangup:
            return None
        if isinstance(answer, Content):
            answer.say(f"{self.name}<")
        else:
            say(f"{self.name}<", kebab(answer.NAME), *fields(answer), *self.on(channel))
        return answer

    def refused(self):
        """Waits for the end of the channel or connection, which what was sent must bring."""
        try:
            while True:
                self.next_method()
        except Hangup:
            return

    def take(self, kind, count, deadline=SOON):
        """So many of what came or comes unasked."""
        until = time.monotonic() + deadline
        while len(self.inbox[kind]) < count:
            left = until - time.monotonic()
            assert left > 0, f"{self.inbox[kind]} instead of {count} {kind}"
            answer = self.next_method(left)
            assert answer is None, answer
        taken, self.inbox[kind] = self.inbox[kind][:count], self.inbox[kind][count:]
        return taken

    def deliveries(self, count, *, in_order=True, deadline=SOON):
        """Waits for so many deliveries and writes them down, by their bodies where their order is open."""
        taken = self.take("deliveries", count, deadline)
        for content in taken if in_order else sorted(taken, key=lambda content: content.body):
            content.say(f"{self.name}<", tag=in_order)
        return taken

    def returns(self, count):
        """Waits for so many returned messages and writes them down."""
        for content in self.take("returns", count):
            content.say(f"{self.name}<")

    def confirms(self, upto, since=0):
        """Waits until every publish past `since` up to this one is confirmed, however many a confirm speaks for."""
        outcome, floor = {}, since
        while len(outcome) < upto - since:
            (method,) = self.take("confirms", 1)
            tags = range(floor + 1, method.delivery_tag + 1) if method.multiple else [method.delivery_tag]
            outcome |= {tag: kebab(method.NAME) for tag in tags if tag not in outcome}
            while floor + 1 in outcome:
                floor += 1
        for tag in sorted(outcome):
            say(f"{self.name}< {outcome[tag]} for publish {tag}")

    def cancels(self, count):
        """Waits for so many consumers to be cancelled by the server."""
        for method in self.take("cancels", count):
            say(f"{self.name}<", kebab(method.NAME), *fields(method))

    def nothing(self, kind="deliveries", *, queue=None):
        """Nothing of this kind has come, once the server has answered what was asked after it could have."""
        self.rpc(1, spec.Queue.Declare(queue=queue, passive=True) if queue else spec.Basic.Qos())
        assert not self.inbox[kind], self.inbox[kind]
        say(f"{self.name}< no {kind}")

    # Ends.

    def reopen(self, channel=1):
        """Opens the channel again after an error has closed it."""
        self.call(spec.Channel.Open(), channel)

    def close(self):
        """Ends the connection politely."""
        self.write(0, spec.Connection.Close(200, "bye", 0, 0))
        while not isinstance(self.next_method(), spec.Connection.CloseOk):
            pass
        self.socket.close()

    def hung_up(self):
        """Waits until the server has closed the socket."""
        self.socket.settimeout(SOON)
        with contextlib.suppress(ConnectionResetError):
            while self.socket.recv(65_536):
                pass
        say(f"{self.name}< the socket is closed")


def clean():
    """Removes whatever the scenario has declared and not removed, so that the next one finds nothing."""
    for kind, name in sorted(DECLARED, key=str):
        if not name:
            continue
        method = spec.Queue.Delete(queue=name) if kind is spec.Queue.Declare else spec.Exchange.Delete(exchange=name)
        with contextlib.suppress(Hangup):
            Peer().rpc(1, method)


def until(what, condition):
    """Asks again and again until the condition holds."""
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"


def counts(peer, queue, messages, consumers=None):
    """Waits until a queue has so many ready messages, and so many consumers where that is asked."""

    def holds():
        told = peer.rpc(1, spec.Queue.Declare(queue=queue, passive=True))
        return told.message_count == messages and consumers in (None, told.consumer_count)

    until(f"{messages} messages in {queue}", holds)
    say(f"{peer.name}= {messages} ready in {queue}")


def gone(peer, queue):
    """Waits until a queue does not exist, without looking at it: a look would keep one that expires."""
    peer.write(9, spec.Channel.Open())
    peer.next_method()

    def missing():
        peer.write(9, spec.Basic.Publish(routing_key=queue, mandatory=True), BasicProperties(), b"anybody there?")
        peer.rpc(9, spec.Basic.Qos())
        return [content for content in peer.inbox["returns"] if content.method.routing_key == queue]

    until(f"{queue} to go", missing)
    peer.inbox["returns"].clear()
    peer.rpc(9, spec.Channel.Close(200, "", 0, 0))
    say(f"{peer.name}= {queue} is gone")
