"""Dead-lettering: why, where to, and what the message tells of it."""

from kit import Peer, counts
from pika.spec import Basic, Confirm, Exchange, Queue


def _dead(peer, **more):
    """A queue `q` whose dead letters go to the queue `dead`."""
    peer.call(Queue.Declare(queue="dead"))
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"} | more
    peer.call(Queue.Declare(queue="q", arguments=arguments))


def _removed(peer, *queues):
    for queue in queues:
        peer.rpc(1, Queue.Delete(queue=queue))


def what_is_rejected():
    peer = Peer()
    _dead(peer)
    peer.publish("q", b"1", message_id="m-1", headers={"mine": 1}, delivery_mode=2)
    counts(peer, "q", 1)
    peer.call(Basic.Get(queue="q"))
    peer.send(Basic.Reject(delivery_tag=1, requeue=False))
    counts(peer, "dead", 1)
    peer.call(Basic.Get(queue="dead", no_ack=True))
    _removed(peer, "q", "dead")


def what_is_nacked_together_keeps_its_order():
    peer = Peer()
    _dead(peer)
    for number in range(1, 4):
        peer.publish("q", b"%d" % number)
    counts(peer, "q", 3)
    for _ in range(3):
        peer.rpc(1, Basic.Get(queue="q"))
    peer.send(Basic.Nack(delivery_tag=3, multiple=True, requeue=False))
    counts(peer, "dead", 3)
    for _ in range(3):
        peer.call(Basic.Get(queue="dead", no_ack=True))
    _removed(peer, "q", "dead")


def what_expires_in_a_queue():
    peer = Peer()
    _dead(peer, **{"x-message-ttl": 100})
    peer.publish("q", b"1")
    counts(peer, "dead", 1)
    peer.call(Basic.Get(queue="dead", no_ack=True))
    _removed(peer, "q", "dead")


def what_expires_by_itself_loses_its_expiration():
    peer = Peer()
    _dead(peer)
    peer.publish("q", b"1", expiration="100", content_type="text/plain")
    counts(peer, "dead", 1)
    peer.call(Basic.Get(queue="dead", no_ack=True))
    _removed(peer, "q", "dead")


def what_makes_room():
    peer = Peer()
    _dead(peer, **{"x-max-length": 1})
    peer.publish("q", b"1")
    peer.publish("q", b"2")
    counts(peer, "dead", 1)
    peer.call(Basic.Get(queue="dead", no_ack=True))
    _removed(peer, "q", "dead")


def by_an_exchange_and_the_messages_own_key():
    peer = Peer()
    peer.call(Exchange.Declare(exchange="dlx", type="topic"))
    peer.call(Queue.Declare(queue="dead"))
    peer.call(Queue.Bind(queue="dead", exchange="dlx", routing_key="orders.#"))
    peer.call(Queue.Declare(queue="q", arguments={"x-dead-letter-exchange": "dlx"}))
    peer.call(Queue.Bind(queue="q", exchange="amq.topic", routing_key="#"))
    for key in ("orders.new", "others"):
        peer.publish(key, key.encode(), exchange="amq.topic")
    counts(peer, "q", 2)
    for _ in range(2):
        peer.rpc(1, Basic.Get(queue="q"))
    peer.send(Basic.Nack(delivery_tag=2, multiple=True, requeue=False))
    counts(peer, "dead", 1)
    peer.call(Basic.Get(queue="dead", no_ack=True))
    peer.call(Exchange.Delete(exchange="dlx"))
    _removed(peer, "q", "dead")


def to_an_exchange_that_is_missing():
    peer = Peer()
    peer.call(Queue.Declare(queue="q", arguments={"x-dead-letter-exchange": "nowhere"}))
    peer.publish("q", b"1")
    counts(peer, "q", 1)
    peer.call(Basic.Get(queue="q"))
    peer.send(Basic.Reject(delivery_tag=1, requeue=False))
    counts(peer, "q", 0)
    _removed(peer, "q")


def a_retry_goes_round_and_is_counted():
    peer = Peer()
    peer.call(Queue.Declare(queue="q", arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "wait"}))
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "q", "x-message-ttl": 100}
    peer.call(Queue.Declare(queue="wait", arguments=arguments))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.publish("q", b"1")
    for number in range(1, 4):
        peer.deliveries(1)
        peer.send(Basic.Nack(delivery_tag=number, requeue=False))
    peer.deliveries(1)
    peer.send(Basic.Ack(delivery_tag=4))
    _removed(peer, "q", "wait")


def a_chain_of_queues():
    peer = Peer()
    peer.call(Queue.Declare(queue="last"))
    for queue, after in [("third", "last"), ("second", "third"), ("first", "second")]:
        arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": after, "x-message-ttl": 50}
        peer.call(Queue.Declare(queue=queue, arguments=arguments))
    peer.publish("first", b"1")
    counts(peer, "last", 1)
    peer.call(Basic.Get(queue="last", no_ack=True))
    _removed(peer, "first", "second", "third", "last")


def a_circle_without_a_rejection_ends():
    peer = Peer()
    peer.call(Confirm.Select())
    peer.call(Queue.Declare(queue="q", arguments={"x-dead-letter-exchange": "", "x-message-ttl": 50}))
    peer.publish("q", b"1")
    peer.confirms(1)
    counts(peer, "q", 0)
    _removed(peer, "q")


def a_circle_by_rejections_goes_on():
    peer = Peer()
    peer.call(Queue.Declare(queue="q", arguments={"x-dead-letter-exchange": ""}))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.publish("q", b"1")
    for number in range(1, 4):
        peer.deliveries(1)
        peer.send(Basic.Reject(delivery_tag=number, requeue=False))
    peer.deliveries(1)
    _removed(peer, "q")


def copies_are_told_and_kept():
    peer = Peer()
    peer.call(Exchange.Declare(exchange="dlx", type="direct"))
    peer.call(Queue.Declare(queue="dead"))
    for key in ("q", "copy"):
        peer.call(Queue.Bind(queue="dead", exchange="dlx", routing_key=key))
    peer.call(Queue.Declare(queue="q", arguments={"x-dead-letter-exchange": "dlx"}))
    peer.publish("q", b"1", headers={"CC": ["copy"], "BCC": ["blind"]})
    counts(peer, "q", 1)
    peer.call(Basic.Get(queue="q"))
    peer.send(Basic.Reject(delivery_tag=1, requeue=False))
    counts(peer, "dead", 1)
    peer.call(Basic.Get(queue="dead", no_ack=True))
    peer.call(Exchange.Delete(exchange="dlx"))
    _removed(peer, "q", "dead")


def a_key_of_the_queue_replaces_copies():
    peer = Peer()
    _dead(peer)
    peer.call(Queue.Declare(queue="copy"))
    peer.publish("q", b"1", headers={"CC": ["copy"]})
    counts(peer, "q", 1)
    peer.call(Queue.Purge(queue="copy"))
    peer.call(Basic.Get(queue="q"))
    peer.send(Basic.Reject(delivery_tag=1, requeue=False))
    counts(peer, "dead", 1)
    peer.call(Basic.Get(queue="dead", no_ack=True))
    counts(peer, "copy", 0)
    _removed(peer, "q", "dead", "copy")


def a_purge_and_a_delete_dead_letter_nothing():
    peer = Peer()
    _dead(peer)
    for number in range(1, 3):
        peer.publish("q", b"%d" % number)
        counts(peer, "q", 1)
        peer.call(Queue.Purge(queue="q") if number == 1 else Queue.Delete(queue="q"))
    counts(peer, "dead", 0)
    _removed(peer, "dead")
