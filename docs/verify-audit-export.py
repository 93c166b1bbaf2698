#!/usr/bin/env python3
"""Verifies an export of a Portreeve audit log: verify-audit-export.py EXPORT KEY.PEM

Needs Python 3.8 and OpenSSL 3, and nothing of Portreeve. Ends with 0 and one line when the log is whole, with 1 and the
first thing that is wrong otherwise. docs/audit.md describes what is checked and why.
"""

import hashlib
import json
import subprocess
import sys
import tempfile


class Wrong(Exception):
    pass


def canonical(value):
    """RFC 8785, for objects with names in ASCII and values that are text, null or integers below 2**53."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def is_signed(statement, signature, key):
    with tempfile.NamedTemporaryFile() as message, tempfile.NamedTemporaryFile() as signed:
        message.write(statement)
        message.flush()
        signed.write(signature)
        signed.flush()
        verify = ["pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", message.name, "-sigfile", signed.name]
        return openssl(*verify).returncode == 0


def verify(lines, key):
    der = openssl("pkey", "-pubin", "-in", key, "-outform", "DER")
    if der.returncode != 0:
        raise Wrong(f"{key} is no public key in PEM")
    key_id = hashlib.sha256(der.stdout).hexdigest()

    header = next(lines)["export"]
    if header["format"] != "portreeve-audit-1":
        raise Wrong("not an export in the format portreeve-audit-1")
    tenant, sequence = header["tenant"], header["after"]
    # An export from the middle begins with the checkpoint it goes on from.
    link = bytes(32) if sequence == 0 else None
    signed, checkpoints = (0 if sequence == 0 else None), 0

    for line in lines:
        if "event" in line:
            event = line["event"]
            if link is None:
                raise Wrong("an export from the middle does not begin with its checkpoint")
            if line["sequence"] != sequence + 1:
                raise Wrong(f"after event {sequence} comes {line['sequence']}: events are missing or out of order")
            if event["tenant"] != tenant:
                raise Wrong(f"event {line['sequence']} is another tenant's")
            sequence += 1
            commitment = hashlib.sha256(canonical(event)).digest()
            link = hashlib.sha256(link + sequence.to_bytes(8, "big") + commitment).digest()
        else:
            said = line["checkpoint"]
            number = said["sequence"]
            if said["type"] != "portreeve-audit-checkpoint-1" or said["tenant"] != tenant or said["key"] != key_id:
                raise Wrong(f"the checkpoint after event {number} is not one of this log and key")
            if not is_signed(canonical(said), bytes.fromhex(line["signature"]), key):
                raise Wrong(f"the checkpoint after event {number} has no good signature")
            if number != sequence:
                raise Wrong(f"a checkpoint of event {number} stands after event {sequence}")
            if link is None:
                link = bytes.fromhex(said["link"])
            elif said["previous"] != signed:
                raise Wrong(f"a checkpoint between events {signed} and {number} is missing")
            if said["link"] != link.hex():
                raise Wrong(f"events {signed + 1} to {number} are not those that were sealed")
            signed, checkpoints = number, checkpoints + 1

    return f"whole: up to event {sequence}, signed up to event {signed} by {checkpoints} checkpoints"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        with open(sys.argv[1], encoding="utf-8") as export:
            print(verify((json.loads(line) for line in export), sys.argv[2]))
    except (Wrong, AttributeError, KeyError, OverflowError, RecursionError, StopIteration, TypeError, ValueError) as error:
        sys.exit(f"NOT whole: {error or 'the export is empty'}")


if __name__ == "__main__":
    main()
