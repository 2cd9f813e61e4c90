"""Another S3 client for the tests: one command, one JSON answer on standard output.

The store and the credentials come from the environment, as every AWS client takes them.
"""

import argparse
import hashlib
import json
import math
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

MEBIBYTE = 1 << 20


def digest(s3, options):
    body = s3.get_object(Bucket=options.bucket, Key=options.key)["Body"]
    sha256, size = hashlib.sha256(), 0
    for block in body.iter_chunks(MEBIBYTE):
        sha256.update(block)
        size += len(block)
    return {"sha256": sha256.hexdigest(), "size": size}


def head(s3, options):
    answer = s3.head_object(Bucket=options.bucket, Key=options.key, ChecksumMode="ENABLED")
    checksums = {name: value for name, value in answer.items() if name.startswith("Checksum") and name != "ChecksumType"}
    return {
        "size": answer["ContentLength"],
        "etag": answer["ETag"].strip('"'),
        "contentType": answer.get("ContentType"),
        "checksums": {name.removeprefix("Checksum"): value for name, value in checksums.items()},
        "checksumType": answer.get("ChecksumType"),
        "metadata": answer["Metadata"],
    }


def keys(s3, options):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=options.bucket, Prefix=options.prefix)
    return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))


def uploads(s3, options):
    return [
        {"key": upload["Key"], "id": upload["UploadId"], "parts": parts(s3, options.bucket, upload)}
        for upload in unfinished(s3, options)
    ]


def unfinished(s3, options):
    # Not boto3's paginator: SeaweedFS names no NextKeyMarker, and the paginator would ask for the first page for ever.
    marker = {}
    while True:
        page = s3.list_multipart_uploads(Bucket=options.bucket, Prefix=options.prefix, **marker)
        yield from page.get("Uploads", [])
        if not page["IsTruncated"]:
            return
        names = {"NextKeyMarker": "KeyMarker", "NextUploadIdMarker": "UploadIdMarker"}
        marker = {asked: page[told] for told, asked in names.items() if page.get(told)}
        if not marker:
            sys.exit("the store cut its list of uploads and does not tell where it goes on")


def parts(s3, bucket, upload):
    pages = s3.get_paginator("list_parts").paginate(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    return [
        {"number": part["PartNumber"], "size": part["Size"], "etag": part["ETag"].strip('"')}
        for page in pages
        for part in page.get("Parts", [])
    ]


def put(s3, options):
    """One PUT, or with --part-size a multipart upload, which --leave-after leaves unfinished after so many parts."""
    where = {"Bucket": options.bucket, "Key": options.key}
    algorithm = {"ChecksumAlgorithm": options.checksum} if options.checksum else {}
    with open(options.file, "rb") as file:
        if options.part_size is None:
            s3.put_object(**where, Body=file, **algorithm)
            return {"uploadId": None}
        upload = s3.create_multipart_upload(**where, **algorithm)["UploadId"]
        count = max(1, math.ceil(file.seek(0, 2) / options.part_size))
        file.seek(0)
        wanted = count if options.leave_after is None else min(count, options.leave_after)
        sent = []
        for number in range(1, wanted + 1):
            block = file.read(options.part_size)
            answer = s3.upload_part(**where, UploadId=upload, PartNumber=number, Body=block, **algorithm)
            part = {"PartNumber": number, "ETag": answer["ETag"]}
            if options.checksum:
                part["Checksum" + options.checksum] = answer["Checksum" + options.checksum]
            sent.append(part)
        if options.leave_after is None:
            s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": sent})
    return {"uploadId": upload}


def delete(s3, options):
    s3.delete_object(Bucket=options.bucket, Key=options.key)
    return {}


def arguments():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    for function in (digest, head, put, delete, keys, uploads):
        command = commands.add_parser(function.__name__)
        command.set_defaults(function=function)
        command.add_argument("--bucket", required=True)
        command.add_argument(*(["--prefix"] if function in (keys, uploads) else ["--key"]), default="")
        if function is put:
            command.add_argument("--file", required=True)
            command.add_argument("--part-size", type=int)
            command.add_argument("--leave-after", type=int)
            command.add_argument("--checksum", choices=["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
    return parser.parse_args()


def main():
    options = arguments()
    config = Config(
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        json.dump(options.function(boto3.client("s3", config=config), options), sys.stdout)
    except (BotoCoreError, ClientError, OSError) as error:
        sys.exit(str(error))


main()
