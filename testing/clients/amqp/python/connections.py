"""Connections and channels: the handshake, what breaks it, heartbeats, direct replies."""

import contextlib
import socket

from kit import SOON, URL, Hangup, Peer, counts, kebab, say
from pika import frame
from pika.spec import Access, Basic, BasicProperties, Channel, Connection, Queue


def _frame(kind, channel, payload, end=b"\xce"):
    return bytes([kind]) + channel.to_bytes(2, "big") + len(payload).to_bytes(4, "big") + payload + end


def _method(number, arguments=b"", channel=1):
    class_id, method_id = number
    return _frame(1, channel, class_id.to_bytes(2, "big") + method_id.to_bytes(2, "big") + arguments)


PUBLISH = _frame(1, 1, b"\x00\x3c\x00\x28\x00\x00\x00\x01q\x00")
HEADER = b"\x00\x3c\x00\x00" + (4).to_bytes(8, "big") + b"\x00\x00"


def _told(words, octets, **how):
    """What the server makes of some octets, on a connection of their own."""
    say("#", words)
    peer = Peer(**how)
    peer.raw(octets)
    peer.refused()
    with contextlib.suppress(OSError):
        peer.socket.close()


def what_the_server_offers():
    peer = Peer()
    capabilities = peer.server_properties["capabilities"]
    say("= capabilities:", *sorted(name for name, has in capabilities.items() if has))
    tuned = peer.tuned
    say(f"= tune channel_max={tuned.channel_max} frame_max={tuned.frame_max} heartbeat={tuned.heartbeat}")
    say("= named:", *(name for name in ("product", "version", "platform") if peer.server_properties.get(name)))


def a_stranger_is_told_the_protocol():
    for first in (b"GET / HTTP/1.1\r\n\r\n", b"AMQP\x00\x01\x00\x00", b"AMQP\x00\x00\x08\x00"):
        answer = b""
        with socket.create_connection((URL.hostname, URL.port), timeout=SOON) as stranger:
            stranger.sendall(first)
            with contextlib.suppress(ConnectionResetError):
                while more := stranger.recv(100):
                    answer += more
        say("<", answer)


def a_wrong_password():
    for how in (dict(password="wrong"), dict(user="nobody"), dict(password="wrong", capabilities={})):
        with contextlib.suppress(Hangup):
            Peer(**how)
        say("# the connection is gone")


def a_missing_virtual_host():
    with contextlib.suppress(Hangup):
        Peer(vhost="missing")


def limits_that_cannot_be():
    for how in (dict(frame_max=4_095), dict(frame_max=131_073), dict(channel_max=2_048)):
        with contextlib.suppress(Hangup, OSError):
            Peer(**how)
    peer = Peer(channel_max=2)
    peer.call(Channel.Open(), channel=2)
    peer.call(Channel.Open(), channel=3)


def channels_open_once_and_close():
    peer = Peer()
    peer.call(Channel.Open(), channel=2)
    peer.call(Channel.Close(200, "done", 0, 0), channel=2)
    peer.call(Channel.Open(), channel=2)
    peer.call(Channel.Close(404, "mine", 50, 10), channel=2)
    peer.call(Channel.Open())


def a_channel_must_be_open():
    Peer(open_channel=False).call(Queue.Declare(queue="q"))
    peer = Peer()
    peer.call(Channel.Close(200, "done", 0, 0))
    peer.call(Queue.Declare(queue="q"))
    Peer().call(Channel.Close(200, "never opened", 0, 0), channel=5)


def a_closed_channel_hears_nothing_until_it_agrees():
    peer = Peer()
    peer.write(1, Queue.Declare(queue="missing", passive=True))
    peer.write(1, Queue.Declare(queue="made after the error"))
    peer.refused()
    peer.reopen()
    peer.call(Queue.Declare(queue="made after the error", passive=True))


def frames_that_are_none():
    body = b"\x00\x32\x00\x0a\x00\x00\x01q\x00\x00\x00\x00\x00"
    _told("a wrong end", _frame(1, 1, body, end=b"\x00"))
    _told("an unknown type", _frame(7, 1, b""))
    _told("larger than agreed", _frame(3, 1, b"x" * 5_000), frame_max=4_096)
    _told("a method without a name", _frame(1, 1, b"\x00\x32"))


def methods_that_are_none():
    _told("cut off", _method((50, 10), b"\x00\x00\x05q"))
    _told("something after it", _method((50, 10), b"\x00\x00\x01q\x00\x00\x00\x00\x00!"))
    _told("a name that is not UTF-8", _method((50, 10), b"\x00\x00\x01\xff\x00\x00\x00\x00\x00"))
    _told("a table of an unknown type", _method((50, 10), b"\x00\x00\x01q\x00\x00\x00\x00\x03\x01aZ"))
    _told("an unknown method", _method((50, 99)))
    _told("an unknown class", _method((99, 10)))
    _told("a method of the server's", _method((50, 11), b"\x01q" + b"\x00" * 8))
    _told("a connection's method on a channel", _method((10, 40), b"\x01/\x00\x00"))
    _told("a channel's method on the connection", _method((50, 10), b"\x00\x00\x01q\x00\x00\x00\x00\x00", channel=0))


def contents_out_of_turn():
    _told("a header alone", _frame(2, 1, HEADER))
    _told("a body alone", _frame(3, 1, b"body"))
    _told("a body before its header", PUBLISH + _frame(3, 1, b"body"))
    _told("a method before its header", PUBLISH + PUBLISH)
    _told("a method before its body", PUBLISH + _frame(2, 1, HEADER) + PUBLISH)
    _told("a header of another class", PUBLISH + _frame(2, 1, b"\x00\x32" + HEADER[2:]))
    _told("a header with a weight", PUBLISH + _frame(2, 1, HEADER[:2] + b"\x00\x01" + HEADER[4:]))


def heartbeats_come_and_are_wanted():
    peer = Peer(heartbeat=1)
    beats = 0
    while beats < 2:
        beats += isinstance(peer.next_frame(), frame.Heartbeat)
    say("< two heartbeats")
    with contextlib.suppress(Hangup):
        while True:
            peer.next_frame()
    say("# who is silent is hung up on")


def a_client_that_beats_is_kept():
    peer = Peer(heartbeat=1)
    for _ in range(8):
        while not isinstance(peer.next_frame(), frame.Heartbeat):
            pass
        peer.raw(frame.Heartbeat().marshal())
    peer.call(Basic.Qos())


def a_polite_end():
    peer = Peer()
    peer.write(0, Connection.Close(200, "bye", 0, 0))
    say("<", kebab(peer.next_method().NAME))


def a_ticket_for_nothing():
    peer = Peer()
    peer.call(Access.Request(realm="/data", active=True, write=True))


def a_newer_secret():
    peer = Peer()
    say("> connection.update-secret")
    peer.write(0, Connection.UpdateSecret("guest", "because"))
    with contextlib.suppress(Hangup):
        say("<", kebab(peer.next_method().NAME))


def direct_replies():
    asker, worker = Peer("a"), Peer("b")
    worker.call(Queue.Declare(queue="work"))
    worker.call(Basic.Consume(queue="work", consumer_tag="w"))
    asker.call(Basic.Consume(queue="amq.rabbitmq.reply-to", consumer_tag="answers", no_ack=True))
    asker.publish("work", b"question", reply_to="amq.rabbitmq.reply-to", correlation_id="1")
    (question,) = worker.deliveries(1)
    answer_to = question.properties.reply_to
    worker.call(Queue.Declare(queue=answer_to, passive=True))
    worker.write(1, Basic.Publish(routing_key=answer_to), BasicProperties(correlation_id="1"), b"answer")
    asker.deliveries(1)
    worker.write(1, Basic.Publish(routing_key=answer_to), BasicProperties(correlation_id="1"), b"and another")
    asker.deliveries(1)
    asker.call(Basic.Consume(queue="amq.rabbitmq.reply-to", consumer_tag="more", no_ack=True))
    asker.reopen()
    worker.write(1, Basic.Publish(routing_key=answer_to, mandatory=True), BasicProperties(), b"too late")
    worker.returns(1)
    worker.call(Queue.Declare(queue=answer_to, passive=True))
    worker.reopen()
    worker.call(Queue.Delete(queue="work"))


def direct_replies_have_rules():
    peer = Peer()
    peer.call(Basic.Consume(queue="amq.rabbitmq.reply-to", consumer_tag="c"))
    peer.reopen()
    peer.publish("work", b"question", reply_to="amq.rabbitmq.reply-to")
    peer.refused()
    peer.reopen()
    peer.call(Queue.Declare(queue="amq.rabbitmq.reply-to"))
    peer.call(Basic.Get(queue="amq.rabbitmq.reply-to"))
    peer.reopen()
    peer.call(Basic.Consume(queue="amq.rabbitmq.reply-to", consumer_tag="c", no_ack=True))
    peer.call(Basic.Cancel(consumer_tag="c"))
    peer.publish("work", b"question", reply_to="amq.rabbitmq.reply-to")
    peer.refused()


def connections_without_capabilities_are_served():
    peer = Peer(capabilities={})
    peer.call(Queue.Declare(queue="q"))
    peer.publish("q", b"m")
    counts(peer, "q", 1)
    peer.call(Basic.Get(queue="q"))
    peer.send(Basic.Nack(delivery_tag=1, requeue=False))
    counts(peer, "q", 0)
    peer.call(Queue.Delete(queue="q"))
