"""Receives from `orders` at the port that is given, one long poll after the other on one connection."""

import http.client
import sys

server = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
while True:
    target = "/?Action=ReceiveMessage&QueueUrl=orders&WaitTimeSeconds=20"
    server.request("GET", target, headers={"User-Agent": "Probe/2.0 of a test"})
    server.getresponse().read()
