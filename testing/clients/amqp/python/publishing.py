"""Publishes: confirms, returns, properties, sizes."""

import datetime
import decimal

from kit import Peer, counts, say
from pika.spec import Basic, BasicProperties, Confirm, Queue


def confirms_come_for_every_publish():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.call(Queue.Declare(queue="q", durable=True))
    for number in range(1, 6):
        peer.publish("q", b"%d" % number, delivery_mode=2)
    peer.confirms(5)
    peer.publish("nobody", b"to no queue, and confirmed")
    peer.confirms(6, since=5)
    peer.call(Queue.Delete(queue="q"))


def confirm_select_may_want_no_answer_and_come_twice():
    peer = Peer()
    peer.send(Confirm.Select(nowait=True))
    peer.call(Confirm.Select())
    peer.publish("nobody", b"m")
    peer.confirms(1)


def a_return_comes_before_its_confirm():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.publish("nobody", b"m", mandatory=True, content_type="text/plain", headers={"a": 1})
    while not peer.inbox["confirms"]:
        peer.next_method()
    say("= returned before:", bool(peer.inbox["returns"]))
    peer.returns(1)
    peer.confirms(1)


def a_return_carries_the_message():
    peer = Peer()
    peer.publish("key", b"m" * 300, exchange="amq.topic", mandatory=True, correlation_id="c")
    peer.returns(1)


def a_missing_exchange_closes_the_channel():
    peer = Peer()
    peer.publish("k", b"m", exchange="missing")
    peer.refused()
    peer.reopen()
    peer.call(Confirm.Select())
    peer.publish("k", b"m", exchange="missing", mandatory=True)
    peer.refused()


def immediate_is_not_done():
    peer = Peer()
    peer.write(1, Basic.Publish(routing_key="q", immediate=True), BasicProperties(), b"m")
    peer.refused()
    peer.hung_up()


def every_property_comes_back():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    peer.publish(
        "q",
        b"m",
        content_type="application/json",
        content_encoding="utf-8",
        headers={"a": 1},
        delivery_mode=2,
        priority=9,
        correlation_id="c-1",
        reply_to="answers",
        message_id="m-1",
        timestamp=1_700_000_000,
        type="order",
        user_id="guest",
        app_id="shop",
        cluster_id="old",
    )
    counts(peer, "q", 1)
    peer.call(Basic.Get(queue="q", no_ack=True))
    peer.call(Queue.Delete(queue="q"))


def headers_of_every_type_come_back():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    headers = {
        "text": "grüße",
        "bytes": b"\x00\xff",
        "true": True,
        "false": False,
        "small": -1,
        "int": 2**31 - 1,
        "long": -(2**62),
        "decimal": decimal.Decimal("3.14"),
        "when": datetime.datetime(2026, 1, 2, 3, 4, 5),
        "nothing": None,
        "array": [1, "two", [3, None], {"four": 4}],
        "table": {"inner": {"deeper": [True, {}]}},
        "empty": [],
        "": "no name",
    }
    peer.publish("q", b"m", headers=headers)
    counts(peer, "q", 1)
    peer.call(Basic.Get(queue="q", no_ack=True))
    peer.call(Queue.Delete(queue="q"))


def properties_come_back_to_the_bit():
    """Types that pika does not write, in an order of their own."""
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    fields = b"".join(
        [
            b"\x01at\x01",
            b"\x01bb\xff",
            b"\x01cB\xff",
            b"\x01ds\xff\xfe",
            b"\x01eu\xff\xfe",
            b"\x01fI\xff\xff\xff\xfd",
            b"\x01gi\xff\xff\xff\xfd",
            b"\x01hl\xff\xff\xff\xff\xff\xff\xff\xfc",
            b"\x01if\x3e\x80\x00\x01",
            b"\x01jd\xbf\xf8\x00\x00\x00\x00\x00\x01",
            b"\x01kD\x02\x00\x00\x01\x3a",
            b"\x01lS\x00\x00\x00\x02\xff\xfe",
            b"\x01mx\x00\x00\x00\x01\x00",
            b"\x01nT\x00\x00\x00\x00\xff\xff\xff\xff",
            b"\x01oF\x00\x00\x00\x05\x02bat\x00",
            b"\x01pA\x00\x00\x00\x03VVV",
            b"\x01qV",
            b"\x01qV",
        ]
    )
    # Headers, correlation id that is not text, timestamp.
    raw = b"\x24\x40" + len(fields).to_bytes(4, "big") + fields + b"\x03\xff\x00\xfe" + b"\x80" + b"\x00" * 7
    method = Basic.Publish(routing_key="q")
    payload = b"\x00\x3c\x00\x00" + (4).to_bytes(8, "big") + raw
    out = [(1, b"\x00\x3c\x00\x28" + b"".join(method.encode())), (2, payload), (3, b"body")]
    peer.raw(b"".join(bytes([kind, 0, 1]) + len(octets).to_bytes(4, "big") + octets + b"\xce" for kind, octets in out))
    counts(peer, "q", 1)
    peer.write(1, Basic.Get(queue="q", no_ack=True))
    peer.next_frame()
    peer.next_frame()
    say("= the same properties:", peer.payload[12:] == raw, "the same body:", peer.next_frame().fragment == b"body")
    peer.call(Queue.Delete(queue="q"))


def bodies_of_any_size():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    for size in (0, 1, 131_063, 131_064, 131_065, 1_000_000):
        peer.publish("q", bytes(at % 251 for at in range(size)))
        counts(peer, "q", 1)
        got = peer.call(Basic.Get(queue="q", no_ack=True)) if size else peer.rpc(1, Basic.Get(queue="q", no_ack=True))
        say("= the same:", got.body == bytes(at % 251 for at in range(size)))
    peer.call(Queue.Delete(queue="q"))


def a_body_larger_than_a_small_frame():
    peer = Peer(frame_max=4_096)
    peer.call(Queue.Declare(queue="q"))
    body = bytes(at % 251 for at in range(20_000))
    peer.publish("q", body, headers={"long": "h" * 3_000})
    counts(peer, "q", 1)
    got = peer.rpc(1, Basic.Get(queue="q", no_ack=True))
    say("= the same:", got.body == body, len(got.properties.headers["long"]))
    peer.call(Queue.Delete(queue="q"))


def the_senders_name_must_be_true():
    peer = Peer()
    peer.publish("q", b"m", user_id="somebody else")
    peer.refused()


def an_expiration_must_be_a_number():
    peer = Peer()
    for expiration in ("soon", "-1", "1.5", "10 "):
        peer.publish("q", b"m", expiration=expiration)
        peer.refused()
        peer.reopen()
    for expiration in ("0", "00010"):
        peer.publish("q", b"m", expiration=expiration)
    peer.nothing("returns")
