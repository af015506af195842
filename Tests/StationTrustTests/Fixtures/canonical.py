"""For each line, a JSON document in hexadecimal digits: its canonical form as securesystemslib has it."""

import json
import sys

from securesystemslib.formats import encode_canonical

for line in sys.stdin:
    document = json.loads(bytes.fromhex(line).decode("utf-8"))
    print(encode_canonical(document).encode("utf-8").hex())
