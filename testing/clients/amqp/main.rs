//! The AMQP door as its users meet it: unmodified clients, and frame by frame what RabbitMQ says.

mod differences;
mod rabbitmq;
mod scenarios;
mod transcripts;
