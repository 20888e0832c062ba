//! Consuming, getting, and how much at a time.

use crate::channel::consumer::Consumer;
use crate::channel::unacked::Held;
use crate::errors::{self, AmqpError};
use crate::message::outgoing;
use crate::queue_arguments::Notes;
use crate::session::{REPLY_ADDRESS, Session, Word};
use crate::uses::{ConsumerKey, Sharing};
use crate::wire::ReplyCode;
use crate::wire::content::put_content;
use crate::wire::methods::{basic, channel};
use broker::{LeaseTerms, Receive};
use door::access::Permission;
use vocab::SubscriptionId;

/// `basic.consume`
pub(super) fn consume(session: &mut Session, channel: u16, said: &basic::Consume<'_>) -> Result<(), AmqpError> {
    let made;
    let tag = if said.consumer_tag.is_empty() {
        made = session.server_name("amq.ctag");
        &*made
    } else {
        said.consumer_tag
    };
    if session.channel(channel).consumer_tagged(tag).is_some() {
        let text = format!("attempt to reuse consumer tag '{tag}'");
        return Err(AmqpError::new(ReplyCode::NotAllowed, text));
    }
    if said.queue == REPLY_ADDRESS {
        session.consume_replies(channel, tag, !said.no_ack)?;
        if !said.no_wait {
            session.say(channel, &basic::ConsumeOk { consumer_tag: tag });
        }
        return Ok(());
    }
    let name = session.queue_name(said.queue)?.to_owned();
    session.check(Permission::Receive, "queue", &name)?;
    let queue = session.usable_queue(&name)?;
    let rank = match said.arguments.get("x-priority") {
        None => 0,
        Some(value) => value
            .integer()
            .and_then(|rank| i32::try_from(rank).ok())
            .ok_or_else(|| AmqpError::precondition("invalid arg 'x-priority': expected a number"))?,
    };
    let sharing = match (said.exclusive, Notes::of(&queue.annotations).one_active()) {
        (true, _) => Sharing::Exclusive,
        (false, true) => Sharing::OneActive,
        (false, false) => Sharing::Shared,
    };
    let number = session.next_number();
    let id = ConsumerKey { connection: session.id, channel, number };
    let active = session.door.uses.attach(queue.id, id, rank, sharing, session.notice_sender.clone());
    let active = active.map_err(|_| {
        let vhost = session.vhost.name();
        AmqpError::new(ReplyCode::AccessRefused, format!("queue '{name}' in vhost '{vhost}' in exclusive use"))
    })?;
    let consuming = session.client.consuming(&session.door.broker, queue.id, tag);
    let open = session.channel(channel);
    let mut consumer = Consumer::new(number, tag, queue, consuming);
    (consumer.acks, consumer.prefetch) = (!said.no_ack, open.prefetch);
    (consumer.active, consumer.rank) = (active, rank);
    open.consumers.insert(number, Box::new(consumer));
    if !said.no_wait {
        session.say(channel, &basic::ConsumeOk { consumer_tag: tag });
    }
    session.ask(channel, number);
    Ok(())
}

/// `basic.cancel`
pub(super) fn cancel(session: &mut Session, channel: u16, said: &basic::Cancel<'_>) -> Result<(), AmqpError> {
    if session.channel(channel).replies.as_ref().is_some_and(|replies| *replies.tag == *said.consumer_tag) {
        session.end_replies(channel);
    }
    let open = session.channel(channel);
    if let Some(number) = open.consumer_tagged(said.consumer_tag) {
        let mut consumer = open.consumers.remove(&number).expect("it was just found");
        consumer.give_up_asking();
        session.detach(consumer.queue.id, channel, number);
    }
    if !said.no_wait {
        session.say(channel, &basic::CancelOk { consumer_tag: said.consumer_tag });
    }
    Ok(())
}

/// `basic.get`
pub(super) async fn get(session: &mut Session, channel: u16, said: &basic::Get<'_>) -> Result<(), AmqpError> {
    let name = session.queue_name(said.queue)?.to_owned();
    session.check(Permission::Receive, "queue", &name)?;
    let queue = session.usable_queue(&name)?;
    session.door.uses.touch(queue.id, session.door.now_ms());
    let terms = LeaseTerms::Session(session.channel(channel).session);
    let broker = session.door.broker.clone();
    let getting = session.client.getting(&broker, queue.id);
    let receive = Receive {
        queue: queue.id,
        subscription: SubscriptionId(0),
        max: 1,
        wait_ms: Some(0),
        terms,
        rank: 0,
        consumer: getting.id(),
    };
    let vhost = session.vhost.name().to_owned();
    let got = broker.receive(receive).await.map_err(|error| errors::receive(error, &name, &vhost))?;
    let Some(delivery) = got.first() else {
        session.say(channel, &basic::GetEmpty {});
        return Ok(());
    };
    getting.delivered();
    let since_ms = session.door.now_ms();
    let unacked = &mut session.channel(channel).unacked;
    let delivery_tag = if said.no_ack {
        unacked.pass()
    } else {
        unacked.hold(Held { token: delivery.lease.token, consumer: None, since_ms })
    };
    let counted = Notes::of(&queue.annotations).counts_deliveries();
    let addressed = outgoing(delivery, &name, &session.vhost, counted);
    let ok = basic::GetOk {
        delivery_tag,
        redelivered: delivery.lease.deliveries > 1,
        exchange: addressed.exchange,
        routing_key: addressed.key,
        message_count: u32::try_from(delivery.lease.ready_left).unwrap_or(u32::MAX),
    };
    let frame_max = session.tuning.frame_max;
    put_content(&mut session.out, channel, &ok, &addressed.properties, &delivery.message.body, frame_max);
    if said.no_ack {
        let ack = session.settlement(delivery.lease.token, Word::Ack);
        session.settle_unanswered(vec![ack]);
    }
    Ok(())
}

/// `basic.qos`
pub(super) fn qos(session: &mut Session, channel: u16, said: &basic::Qos) -> Result<(), AmqpError> {
    if said.prefetch_size != 0 {
        let text = format!("prefetch_size!=0 ({})", said.prefetch_size);
        return Err(AmqpError::new(ReplyCode::NotImplemented, text));
    }
    let open = session.channel(channel);
    if said.global {
        open.prefetch_shared = said.prefetch_count;
    } else {
        open.prefetch = said.prefetch_count;
    }
    session.say(channel, &basic::QosOk {});
    session.ask_all(channel);
    Ok(())
}

/// `basic.recover` and its older form without an answer
pub(super) fn recover(session: &mut Session, channel: u16, requeue: bool, answered: bool) -> Result<(), AmqpError> {
    if !requeue {
        return Err(AmqpError::new(ReplyCode::NotImplemented, "requeue=false"));
    }
    session.recover(channel);
    if answered {
        session.say(channel, &basic::RecoverOk {});
    }
    Ok(())
}

/// `channel.flow`
pub(super) fn flow(session: &mut Session, channel: u16, said: &channel::Flow) -> Result<(), AmqpError> {
    let open = session.channel(channel);
    open.flowing = said.active;
    if !said.active {
        open.consumers.values_mut().for_each(|consumer| consumer.give_up_asking());
    }
    session.say(channel, &channel::FlowOk { active: said.active });
    session.ask_all(channel);
    Ok(())
}
