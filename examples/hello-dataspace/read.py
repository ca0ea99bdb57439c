"""A program that knows nothing of data spaces: an address, a token, HTTP."""

import json
import sys
import urllib.request

served = json.load(sys.stdin)  # what `allmende serve --json` printed
request = urllib.request.Request(served["url"])
request.add_header("Authorization", "Bearer " + served["token"])
with urllib.request.urlopen(request) as answer:
    sys.stdout.write(answer.read().decode())
