//! The AMQP door as its users meet it: unmodified clients, and frame by frame what RabbitMQ says.

mod celery;
mod crossing;
mod differences;
mod javascript;
mod lapin;
mod rabbitmq;
mod scenarios;
mod transcripts;
