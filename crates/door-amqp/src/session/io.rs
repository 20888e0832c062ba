//! The loop of a connection: waits for whatever comes next, and writes what there is to say.

use super::handshake::{self, Opened};
use super::{Asked, Heart, Over, Session};
use crate::client::{Client, Peer};
use crate::door::AmqpDoor;
use crate::limits::{CLOSE, HANDSHAKE, READ_BYTES, READ_BYTES_QUIET};
use crate::uses::Notice;
use bytes::BytesMut;
use door::{Shutdown, timeout};
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc;

/// A connection's two directions, and what was read and not yet understood.
pub(super) struct Pipe<S> {
    pub(super) reader: ReadHalf<S>,
    pub(super) writer: WriteHalf<S>,
    pub(super) input: BytesMut,
}

/// What comes next.
enum Event {
    Stopping,
    Written(io::Result<usize>),
    Published(super::batch::Done),
    Asked(Asked),
    Notice(Notice),
    Reply(Box<super::Reply>),
    Read(io::Result<usize>),
    Tick,
}

/// Serves one connection until it ends.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite>(door: Arc<AmqpDoor>, stream: S, peer: Peer, shutdown: Shutdown) {
    let (reader, writer) = tokio::io::split(stream);
    let mut pipe = Pipe { reader, writer, input: BytesMut::new() };
    let opening = handshake::open(&door, &mut pipe, &peer);
    let opened = match timeout::within(HANDSHAKE, opening).await {
        Ok(Some(opened)) => opened,
        Ok(None) | Err(_) => return drop(pipe.writer.shutdown().await),
    };
    tracing::debug!(user = opened.caller.name(), vhost = opened.vhost.name(), "an AMQP connection is open");
    let mut session = Box::new(Session::new(door, opened, &peer));
    session.run(&mut pipe, &shutdown).await;
    session.clean_up().await;
    let _gone = timeout::within(CLOSE, pipe.writer.shutdown()).await;
}

impl Session {
    fn new(door: Arc<AmqpDoor>, opened: Opened, peer: &Peer) -> Self {
        let Opened { caller, vhost, tuning, capabilities } = opened;
        let (notice_sender, notices) = mpsc::unbounded_channel();
        let (reply_sender, replies) = mpsc::channel(crate::limits::REPLIES_WAITING);
        let id = door.next_connection();
        let client = Client::new(peer, &caller);
        let heart = Heart::new(tuning.heartbeat_s, door.now_ms());
        Self {
            door,
            id,
            caller,
            client,
            vhost,
            tuning,
            capabilities,
            channels: Default::default(),
            out: BytesMut::new(),
            looked_up: None,
            last_queue: None,
            batch: Default::default(),
            under_way: FuturesUnordered::new(),
            asks: FuturesUnordered::new(),
            notices,
            notice_sender,
            replies,
            reply_sender,
            left_unused: Vec::new(),
            next_number: 0,
            heart,
            blocked: false,
            closing: false,
            over: None,
        }
    }

    async fn run<S: AsyncRead + AsyncWrite>(&mut self, pipe: &mut Pipe<S>, shutdown: &Shutdown) {
        // What came together with the last words of the handshake.
        self.take_input(&mut pipe.input).await;
        let mut stopping = shutdown.stopping();
        let mut pause = self.heart.pause(self.blocked);
        let mut timer = Box::pin(timeout::pause(pause));
        while self.over.is_none() {
            let event = self.next(pipe, &mut stopping, &mut timer).await;
            let ticked = matches!(event, Event::Tick);
            match event {
                Event::Stopping => self.close_forced(),
                Event::Written(Ok(_)) => self.heart.wrote(self.door.now_ms()),
                Event::Read(Ok(count)) if count > 0 => {
                    self.heart.read(self.door.now_ms());
                    self.take_input(&mut pipe.input).await;
                }
                Event::Read(_) | Event::Written(Err(_)) => self.over = Some(Over::Lost),
                Event::Published(done) => self.take_published(done),
                Event::Asked(asked) => self.take_asked(asked),
                Event::Notice(notice) => self.take_notice(notice),
                Event::Reply(reply) => self.take_reply(&reply),
                Event::Tick => {
                    self.tick(&mut pipe.input).await;
                    self.shrink(&mut pipe.input);
                }
            }
            let wanted = self.heart.pause(self.blocked);
            if ticked || wanted != pause {
                pause = wanted;
                timer = Box::pin(timeout::pause(pause));
            }
            self.take_ready();
            self.see_to_unused().await;
        }
        if self.over == Some(Over::Closed) {
            let _gone = timeout::within(CLOSE, pipe.writer.write_all_buf(&mut self.out)).await;
        }
    }

    /// Lets go of buffers that a busy time has left behind.
    fn shrink(&mut self, input: &mut BytesMut) {
        for buffer in [input, &mut self.out] {
            if buffer.is_empty() && buffer.capacity() > READ_BYTES_QUIET {
                *buffer = BytesMut::new();
            }
        }
    }

    /// Takes everything that is ready, so that it is written with one call.
    fn take_ready(&mut self) {
        while let Some(Some(done)) = self.under_way.next().now_or_never() {
            self.take_published(done);
        }
        while self.delivers()
            && let Some(Some(asked)) = self.asks.next().now_or_never()
        {
            self.take_asked(asked);
        }
    }

    async fn next<S: AsyncRead + AsyncWrite>(
        &mut self,
        pipe: &mut Pipe<S>,
        stopping: &mut door::shutdown::Reached,
        timer: &mut (impl Future<Output = ()> + Unpin),
    ) -> Event {
        let (reads, delivers, stops) = (self.reads(), self.delivers(), !self.closing);
        // A quiet connection holds a small buffer; one that fills it gets a large one.
        if reads && pipe.input.capacity() - pipe.input.len() < READ_BYTES_QUIET / 2 {
            pipe.input.reserve(if pipe.input.is_empty() { READ_BYTES_QUIET } else { READ_BYTES });
        }
        tokio::select! {
            biased;
            () = stopping, if stops => Event::Stopping,
            written = pipe.writer.write_buf(&mut self.out), if !self.out.is_empty() => Event::Written(written),
            Some(done) = self.under_way.next(), if !self.under_way.is_empty() => Event::Published(done),
            Some(asked) = self.asks.next(), if delivers && !self.asks.is_empty() => Event::Asked(asked),
            Some(notice) = self.notices.recv() => Event::Notice(notice),
            Some(reply) = self.replies.recv(), if delivers => Event::Reply(Box::new(reply)),
            read = pipe.reader.read_buf(&mut pipe.input), if reads => Event::Read(read),
            () = timer => Event::Tick,
        }
    }
}
