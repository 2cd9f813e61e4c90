#!/usr/bin/env python3
"""Writes signatures.json: requests as botocore (1.43) signs them, for SigV4FixtureTests.

Run it from anywhere; the same botocore writes the same file.
"""

import datetime
import hashlib
import json
import pathlib
import random
from unittest import mock

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import percent_encode

CREDENTIALS = [
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None),
    ("ASIAEXAMPLE", "abc+/def==", "IQoJb3JpZ2luX2VjE+/x//8==" + "t" * 120),
    ("any", "any", None),
]
ENDPOINTS = [
    ("https://s3.example.com", "eu-central-1"),
    ("http://127.0.0.1:8333", "us-east-1"),
    ("http://localhost:9000", "us-east-1"),
    ("https://s3.example.com:443", "auto"),
    ("http://s3.example.com:80", "us-east-1"),
    ("https://S3.Example.com:8443", "us-gov-west-1"),
    ("http://[::1]:8333", "us-east-1"),
    ("https://store.example.com/storage/v1/s3/", "us-east-1"),
]
KEYS = [
    "a", "a b", "a+b", "a%20b", "100%", "%2F", "a//b", "//", "/leading", "trailing/", "a/./b", "a/../b", "..", ".",
    "./a", "../../etc/passwd", "a/b/../../..", "é", "e\u0301", "日本語/ファイル.txt", "😀", "a/\u0301b", "a?b=c", "a#b",
    "a&b=c", "a=b", "a;b", "a:b", "a@b", "a,b", "a!b", "a$b", "a'b", "a(b)", "a*b", "a[b]", "a{b}", "a|b", "a\\b",
    "a^b", "a`b", 'a"b', "a<b>", "a~b", "a-b_c.d~e", "tab\tinside", "new\nline", "\u007f", "\u0085", "\u00a0",
    "very/" * 30 + "deep", "x" * 200,
]
QUERIES = [
    [], [("uploads", "")], [("uploadId", "VXBsb2FkIElE+/=="), ("partNumber", "10000")],
    [("partNumber", "2"), ("uploadId", "a.b_c-d~e")], [("list-type", "2"), ("prefix", "a b+c/%"), ("max-keys", "1000")],
    [("continuation-token", "1/&=?#"), ("list-type", "2"), ("encoding-type", "url")],
    [("prefix", "日本語/"), ("uploads", ""), ("key-marker", "a b"), ("upload-id-marker", "x")], [("versionId", "null")],
    [("attributes", "")], [("Z", "1"), ("a", "2"), ("A", "3"), ("aa", "4"), ("a-", "5")],
]
# What stands behind the question mark, as it is.
RAW_QUERIES = [
    "uploads", "uploads=", "a", "a&b", "b&a", "a=1&a=0", "a=2&a=10&a", "a=&a", "a=b=c", "=x", "&", "a&&b", "%41=1&A=0",
    "a%20b=%2B", "X=1&x=2&x=1&X=0", "a=%2F&a=-&a=~", "list-type=2&prefix=", "b=%E2%82%AC&a=%C3%A9", "a-b=1&a=2&a.b=3", "lifecycle",
]
FIELDS = [
    [], [("Content-Type", "application/octet-stream")], [("content-type", "application/xml"), ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")],
    [("x-amz-checksum-mode", "ENABLED")], [("X-Amz-Checksum-Sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")],
    [("x-amz-meta-note", "  several   spaces \t and a tab  ")], [("x-amz-meta-b", "2"), ("X-AMZ-META-A", "1"), ("x-amz-acl", "")],
    [("x-amz-meta-twice", "one"), ("x-amz-meta-twice", "two")], [("x-amz-checksum-algorithm", "SHA256"), ("x-amz-checksum-type", "COMPOSITE")],
    [("x-amz-meta-unicode", "naïve")],
]
# Signed in addresses, besides those above.
PINNED = [
    [], [("Content-Length", "8388608"), ("x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")],
    [("content-length", "0")], [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "12")],
    [("If-None-Match", "*"), ("x-amz-checksum-crc32c", "AAAAAA==")],
]


def milliseconds(random):
    start, end = 978_307_200_000, 4_102_444_800_000
    return random.choice([1_369_353_600_000, 1_709_251_199_999, random.randrange(start, end)])


def frozen(time):
    moment = datetime.datetime.fromtimestamp(time // 1000, datetime.timezone.utc)
    return mock.patch.object(auth, "get_current_datetime", lambda *_: moment)


def address(endpoint, bucket, key, query):
    path = endpoint.rstrip("/") + "/" + percent_encode(bucket) + "/" + percent_encode(key, safe="/~")
    pairs = "&".join(f"{percent_encode(name)}={percent_encode(value)}" for name, value in query)
    return path + ("?" + pairs if pairs else "")


def request(method, url, fields, body):
    request = AWSRequest(method=method, url=url, data=body)
    for name, value in fields:
        request.headers.add_header(name, value)
    return request


def base(random, index, key, query, fields):
    endpoint, region = ENDPOINTS[index % len(ENDPOINTS)]
    return {
        "endpoint": endpoint, "region": region, "credentials": index % len(CREDENTIALS), "time": milliseconds(random),
        "bucket": random.choice(["bucket", "dotted.bucket", "Old_Bucket", "b-1"]), "key": key, "query": query,
        "fields": fields,
    }


def signed(case, method, url, body, is_unsigned):
    access, secret, token = CREDENTIALS[case["credentials"]]
    built = request(method, url, case["fields"], body)
    built.context["client_config"] = mock.Mock(s3={"payload_signing_enabled": not is_unsigned})
    signer = auth.S3SigV4Auth(Credentials(access, secret, token), "s3", case["region"])
    with frozen(case["time"]):
        signer.add_auth(built)
    payload = "UNSIGNED-PAYLOAD" if is_unsigned else hashlib.sha256(body).hexdigest()
    assert built.headers["X-Amz-Content-SHA256"] == payload
    return {
        "method": method, "url": url, "payload": payload, "date": built.headers["X-Amz-Date"],
        "authorization": built.headers["Authorization"], **case,
    }


def presigned(case, method, url, expires):
    access, secret, token = CREDENTIALS[case["credentials"]]
    built = request(method, url, case["fields"], b"")
    signer = auth.S3SigV4QueryAuth(Credentials(access, secret, token), "s3", case["region"], expires)
    with frozen(case["time"]):
        signer.add_auth(built)
    return {"method": method, "url": url, "expires": expires, "presigned": built.url, **case}


def cases():
    source = random.Random(20261123)
    for index in range(190):
        key = KEYS[index % len(KEYS)]
        case = base(source, index, key, source.choice(QUERIES), source.choice(FIELDS))
        url = address(case["endpoint"].lower(), case["bucket"], key, case["query"])
        body = source.randbytes(source.choice([0, 0, 1, 100]))
        yield signed(case, source.choice(["GET", "PUT", "POST", "DELETE", "HEAD"]), url, body, source.random() < 0.2)
    for index, query in enumerate(RAW_QUERIES * 2):
        case = base(source, index, "k", None, source.choice(FIELDS))
        url = address(case["endpoint"].lower(), case["bucket"], "k", []) + "?" + query
        yield signed(case, "GET", url, b"", False)
    for index in range(90):
        key = KEYS[(index * 7) % len(KEYS)]
        case = base(source, index, key, source.choice(QUERIES), source.choice(PINNED + FIELDS))
        url = address(case["endpoint"].lower(), case["bucket"], key, case["query"])
        yield presigned(case, source.choice(["GET", "PUT"]), url, source.choice([1, 900, 3600, 604800]))


lines = [json.dumps(case, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for case in cases()]
keys = [{"accessKey": access, "secretKey": secret, "token": token} for access, secret, token in CREDENTIALS]
text = '{"credentials":%s,\n"cases":[\n%s\n]}\n' % (json.dumps(keys), ",\n".join(lines))
(pathlib.Path(__file__).parent / "signatures.json").write_text(text, encoding="utf-8")
print(len(lines), "requests,", len(text.encode()), "bytes")
