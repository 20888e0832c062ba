"""Ends of deliveries: acks, rejections, recovery, transactions."""

from kit import Peer, counts
from pika.spec import Basic, Confirm, Queue, Tx


def _held(peer, count, queue="q", **declared):
    peer.call(Queue.Declare(queue=queue, **declared))
    for number in range(1, count + 1):
        peer.publish(queue, b"%d" % number)
    counts(peer, queue, count)
    for _ in range(count):
        peer.rpc(1, Basic.Get(queue=queue))


def an_ack_ends_one_or_many():
    peer = Peer()
    _held(peer, 5)
    peer.send(Basic.Ack(delivery_tag=2))
    peer.send(Basic.Ack(delivery_tag=4, multiple=True))
    peer.send(Basic.Nack(delivery_tag=5, requeue=True))
    counts(peer, "q", 1)
    peer.call(Basic.Get(queue="q"))
    peer.call(Queue.Delete(queue="q"))


def an_ack_of_zero_is_all():
    peer = Peer()
    _held(peer, 3)
    peer.send(Basic.Ack(delivery_tag=0, multiple=True))
    peer.send(Basic.Ack(delivery_tag=0, multiple=True))
    counts(peer, "q", 0)
    peer.send(Basic.Ack(delivery_tag=0))
    peer.refused()
    peer.reopen()
    peer.call(Queue.Delete(queue="q"))


def unknown_tags_close_the_channel():
    peer = Peer()
    for method in [
        Basic.Ack(delivery_tag=1),
        Basic.Ack(delivery_tag=7, multiple=True),
        Basic.Nack(delivery_tag=1, requeue=False),
        Basic.Reject(delivery_tag=1, requeue=False),
    ]:
        peer.send(method)
        peer.refused()
        peer.reopen()


def a_tag_settles_once():
    peer = Peer()
    _held(peer, 2)
    peer.send(Basic.Ack(delivery_tag=1))
    peer.send(Basic.Ack(delivery_tag=1))
    peer.refused()
    peer.reopen()
    counts(peer, "q", 1)
    peer.call(Queue.Delete(queue="q"))


def what_was_delivered_without_ack_has_no_tag():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    peer.publish("q", b"1")
    counts(peer, "q", 1)
    peer.call(Basic.Get(queue="q", no_ack=True))
    peer.send(Basic.Ack(delivery_tag=1))
    peer.refused()
    peer.reopen()
    peer.call(Queue.Delete(queue="q"))


def a_requeued_message_keeps_its_place():
    peer = Peer()
    _held(peer, 3)
    peer.publish("q", b"later")
    peer.send(Basic.Nack(delivery_tag=2, requeue=True))
    peer.send(Basic.Reject(delivery_tag=1, requeue=True))
    counts(peer, "q", 3)
    for _ in range(3):
        peer.call(Basic.Get(queue="q", no_ack=True))
    peer.call(Queue.Delete(queue="q"))


def many_are_requeued_at_once():
    peer = Peer()
    _held(peer, 4)
    peer.send(Basic.Nack(delivery_tag=3, multiple=True, requeue=True))
    counts(peer, "q", 3)
    for _ in range(3):
        peer.call(Basic.Get(queue="q", no_ack=True))
    peer.send(Basic.Nack(delivery_tag=0, multiple=True, requeue=True))
    counts(peer, "q", 1)
    peer.call(Queue.Delete(queue="q"))


def what_is_not_requeued_is_gone():
    peer = Peer()
    _held(peer, 3)
    peer.send(Basic.Reject(delivery_tag=1, requeue=False))
    peer.send(Basic.Nack(delivery_tag=3, multiple=True, requeue=False))
    counts(peer, "q", 0)
    peer.call(Queue.Delete(queue="q"))


def recover_gives_back_to_anyone():
    peer = Peer()
    _held(peer, 2)
    peer.call(Basic.Recover(requeue=True))
    counts(peer, "q", 2)
    peer.call(Basic.Get(queue="q"))
    peer.send(Basic.RecoverAsync(requeue=True))
    counts(peer, "q", 2)
    peer.call(Queue.Delete(queue="q"))


def recover_to_the_same_is_not_done():
    peer = Peer()
    peer.call(Basic.Recover(requeue=False))
    peer.hung_up()


def a_consumer_gets_again_what_it_requeues():
    peer = Peer()
    peer.call(Queue.Declare(queue="q"))
    peer.call(Basic.Consume(queue="q", consumer_tag="c"))
    peer.publish("q", b"1")
    peer.deliveries(1)
    peer.send(Basic.Reject(delivery_tag=1, requeue=True))
    peer.deliveries(1)
    peer.call(Basic.Recover(requeue=True))
    peer.deliveries(1)
    peer.send(Basic.Ack(delivery_tag=3))
    counts(peer, "q", 0)
    peer.call(Queue.Delete(queue="q"))


def a_transaction_publishes_when_it_commits():
    peer, other = Peer("a"), Peer("b")
    peer.call(Queue.Declare(queue="q"))
    peer.call(Tx.Select())
    peer.call(Tx.Select())
    peer.publish("q", b"1")
    peer.publish("q", b"2")
    counts(other, "q", 0)
    peer.call(Tx.Commit())
    counts(other, "q", 2)
    peer.publish("q", b"3")
    peer.call(Tx.Rollback())
    peer.call(Tx.Commit())
    counts(other, "q", 2)
    other.call(Queue.Delete(queue="q"))


def a_transaction_settles_when_it_commits():
    peer, other = Peer("a"), Peer("b")
    _held(peer, 3)
    peer.call(Tx.Select())
    peer.send(Basic.Ack(delivery_tag=1))
    peer.send(Basic.Nack(delivery_tag=2, requeue=True))
    counts(other, "q", 0)
    peer.call(Tx.Commit())
    counts(other, "q", 1)
    peer.send(Basic.Ack(delivery_tag=3))
    peer.call(Tx.Rollback())
    peer.send(Basic.Ack(delivery_tag=3))
    peer.call(Tx.Commit())
    peer.send(Basic.Ack(delivery_tag=3))
    peer.refused()
    other.call(Queue.Delete(queue="q"))


def a_rolled_back_ack_is_given_back_with_the_channel():
    peer, other = Peer("a"), Peer("b")
    _held(peer, 1)
    peer.call(Tx.Select())
    peer.send(Basic.Ack(delivery_tag=1))
    peer.close()
    counts(other, "q", 1)
    other.call(Queue.Delete(queue="q"))


def a_mandatory_message_returns_at_the_commit():
    peer = Peer()
    peer.call(Tx.Select())
    peer.publish("nobody", b"1", mandatory=True)
    peer.nothing("returns")
    peer.call(Tx.Commit())
    peer.returns(1)


def a_transaction_needs_its_select():
    peer = Peer()
    peer.call(Tx.Commit())
    peer.reopen()
    peer.call(Tx.Rollback())
    peer.reopen()
    peer.call(Confirm.Select())
    peer.call(Tx.Select())
    peer.reopen()
    peer.call(Tx.Select())
    peer.call(Confirm.Select())
