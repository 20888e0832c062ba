//! How a connection is opened.
//!
//! ```text
//!   client: AMQP 0 0 9 1   start-ok   tune-ok   open
//!   server:           start      tune               open-ok
//! ```
//!
//! Everything that goes wrong here ends the connection: in words where the client can take them, without where it cannot.

use super::io::Pipe;
use super::{Capabilities, Tuning};
use crate::Vhost;
use crate::authentication::{self, Claim};
use crate::caller::Caller;
use crate::client::Peer;
use crate::door::AmqpDoor;
use crate::errors::AmqpError;
use crate::server_properties::server_properties;
use crate::wire::ReplyCode;
use crate::wire::frame::{self, FRAME_MIN_SIZE, FrameKind};
use crate::wire::methods::{self, ClientMethod, Decode, Method, MethodId, connection};
use crate::wire::protocol::{self, HEADER, Opening};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A connection that is open.
pub(super) struct Opened {
    pub(super) caller: Caller,
    pub(super) vhost: Vhost,
    pub(super) tuning: Tuning,
    pub(super) capabilities: Capabilities,
}

/// Why a connection was not opened.
enum Failure {
    /// The peer is gone or speaks something else.
    Silent,
    /// It is told so in a close.
    Told(AmqpError, MethodId),
}

/// Opens a connection; nothing if it could not be.
pub(super) async fn open<S: AsyncRead + AsyncWrite>(
    door: &AmqpDoor,
    pipe: &mut Pipe<S>,
    peer: &Peer,
) -> Option<Opened> {
    match shake(door, pipe, peer).await {
        Ok(opened) => Some(opened),
        Err(Failure::Silent) => None,
        Err(Failure::Told(error, method)) => {
            door.figures.count(error.code);
            tracing::debug!(reason = error.reply_text(), "an AMQP connection was not opened");
            let close = connection::Close {
                reply_code: error.code.number(),
                reply_text: &error.reply_text(),
                class_id: method.class,
                method_id: method.method,
            };
            pipe.say(&close).await.ok()?;
            // The peer's agreement, or its end, whichever comes; nothing depends on it.
            let _agreed = pipe.frame(FRAME_MIN_SIZE).await;
            None
        }
    }
}

async fn shake<S: AsyncRead + AsyncWrite>(door: &AmqpDoor, pipe: &mut Pipe<S>, peer: &Peer) -> Result<Opened, Failure> {
    pipe.header().await?;
    let subject = peer.subject.as_deref();
    let properties = server_properties();
    let start = connection::Start {
        version_major: 0,
        version_minor: 9,
        server_properties: properties.table(),
        mechanisms: authentication::mechanisms(subject).as_bytes(),
        locales: b"en_US",
    };
    pipe.say(&start).await?;
    let (caller, capabilities) = {
        let payload = pipe.frame(FRAME_MIN_SIZE).await?;
        let start_ok: connection::StartOk<'_> = expect(&payload)?;
        let capabilities = Capabilities::of(start_ok.client_properties);
        let claim = Claim { mechanism: start_ok.mechanism, response: start_ok.response, subject };
        let caller = authentication::caller(&door.config.access, &claim);
        let refused = |error| match capabilities.authentication_failure_close {
            true => Failure::Told(error, MethodId::default()),
            false => Failure::Silent,
        };
        let caller = caller.map_err(refused)?;
        peer.introduce(&caller, start_ok.client_properties);
        (caller, capabilities)
    };
    let tuning = tune(door, pipe).await?;
    let payload = pipe.frame(tuning.frame_max).await?;
    let open: connection::Open<'_> = expect(&payload)?;
    let vhost = vhost(door, &caller, open.virtual_host)?;
    door.make_default_exchanges(&vhost).await.map_err(|error| Failure::Told(error, connection::Open::ID))?;
    pipe.say(&connection::OpenOk {}).await?;
    Ok(Opened { caller, vhost, tuning, capabilities })
}

/// Offers limits, and takes what the client makes of them.
async fn tune<S: AsyncRead + AsyncWrite>(door: &AmqpDoor, pipe: &mut Pipe<S>) -> Result<Tuning, Failure> {
    let offered = connection::Tune {
        channel_max: door.config.channels_max,
        frame_max: door.config.frame_max,
        heartbeat: door.config.heartbeat_s,
    };
    pipe.say(&offered).await?;
    let payload = pipe.frame(FRAME_MIN_SIZE).await?;
    let chosen: connection::TuneOk = expect(&payload)?;
    let too = |name: &str, chosen: u64, offered: u64, word: &str| {
        let text = format!("negotiated {name} = {chosen} is {word} than the allowed value ({offered})");
        Err(Failure::Told(AmqpError::new(ReplyCode::NotAllowed, text), connection::TuneOk::ID))
    };
    // 0 stands for no limit, which is as much as was offered.
    let channels_max = if chosen.channel_max == 0 { offered.channel_max } else { chosen.channel_max };
    let frame_max = if chosen.frame_max == 0 { offered.frame_max } else { chosen.frame_max };
    if channels_max > offered.channel_max {
        return too("channel_max", channels_max.into(), offered.channel_max.into(), "higher");
    }
    if frame_max > offered.frame_max {
        return too("frame_max", frame_max.into(), offered.frame_max.into(), "higher");
    }
    if frame_max < FRAME_MIN_SIZE {
        return too("frame_max", frame_max.into(), FRAME_MIN_SIZE.into(), "lower");
    }
    Ok(Tuning { frame_max, channels_max, heartbeat_s: chosen.heartbeat })
}

fn vhost(door: &AmqpDoor, caller: &Caller, name: &str) -> Result<Vhost, Failure> {
    if door.config.vhosts.iter().any(|known| known == name) {
        return Ok(Vhost::new(name));
    }
    let user = caller.name();
    let text = format!("access to vhost '{name}' refused for user '{user}': vhost '{name}' not found");
    Err(Failure::Told(AmqpError::new(ReplyCode::NotAllowed, text), connection::Open::ID))
}

/// The one method that may come here.
fn expect<'p, M: Decode<'p>>(payload: &'p Bytes) -> Result<M, Failure> {
    methods::decode(payload).map_err(|error| {
        let named = ClientMethod::decode(payload).map_or_else(|_| error.to_string(), |got| got.id().to_string());
        let text = format!("expected {}, got {named}", M::NAME);
        Failure::Told(AmqpError::new(ReplyCode::CommandInvalid, text), error.id())
    })
}

impl<S: AsyncRead + AsyncWrite> Pipe<S> {
    /// Reads the protocol header. Whoever says anything else is told it and hung up on.
    async fn header(&mut self) -> Result<(), Failure> {
        loop {
            match protocol::opening(&self.input) {
                Opening::Amqp091 => {
                    self.input.advance(HEADER.len());
                    return Ok(());
                }
                Opening::Incomplete => self.read().await?,
                Opening::Other => {
                    self.write(&HEADER).await?;
                    return Err(Failure::Silent);
                }
            }
        }
    }

    /// The payload of the next method on channel 0.
    async fn frame(&mut self, frame_max: u32) -> Result<Bytes, Failure> {
        loop {
            let taken = frame::take(&mut self.input, frame_max);
            let taken = taken
                .map_err(|error| Failure::Told(AmqpError::new(error.code(), error.to_string()), MethodId::default()))?;
            match taken {
                Some(frame) if frame.kind == FrameKind::Heartbeat => {}
                Some(frame) if frame.kind == FrameKind::Method && frame.channel == 0 => return Ok(frame.payload),
                Some(frame) => {
                    let text = format!("expected a method on channel 0, got a frame on channel {}", frame.channel);
                    return Err(Failure::Told(AmqpError::unexpected(text), MethodId::default()));
                }
                None => self.read().await?,
            }
        }
    }

    async fn read(&mut self) -> Result<(), Failure> {
        self.input.reserve(crate::limits::READ_BYTES_QUIET);
        match self.reader.read_buf(&mut self.input).await {
            Ok(count) if count > 0 => Ok(()),
            Ok(_) | Err(_) => Err(Failure::Silent),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.writer.write_all(bytes).await.map_err(|_| Failure::Silent)
    }

    async fn say<M: Method>(&mut self, method: &M) -> Result<(), Failure> {
        let mut out = BytesMut::new();
        methods::put(&mut out, 0, method);
        self.write(&out).await
    }
}
