"""Consumes from `orders` at the port that is given, by AMQP 0-9-1 over a bare socket, and holds what it is sent."""

import socket
import struct
import sys


def short(text):
    return bytes([len(text)]) + text.encode()


def long(data):
    return struct.pack(">I", len(data)) + data


def method(channel, class_id, method_id, arguments=b""):
    payload = struct.pack(">HH", class_id, method_id) + arguments
    return struct.pack(">BHI", 1, channel, len(payload)) + payload + b"\xce"


def field(name, text):
    return short(name) + b"S" + long(text.encode())


properties = field("product", "probe") + field("version", "1.0") + field("connection_name", "orders worker")
server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
server.sendall(b"AMQP\x00\x00\x09\x01")
start_ok = long(properties) + short("PLAIN") + long(b"\x00guest\x00guest") + short("en_US")
server.sendall(method(0, 10, 11, start_ok))
server.sendall(method(0, 10, 31, struct.pack(">HIH", 0, 0, 0)))
server.sendall(method(0, 10, 40, short("/") + short("") + b"\x00"))
server.sendall(method(1, 20, 10, short("")))
server.sendall(method(1, 60, 20, struct.pack(">H", 0) + short("orders") + short("worker-1") + b"\x00" + long(b"")))
while server.recv(65536):
    pass
