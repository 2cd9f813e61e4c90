import TestSupport
import Testing

/// Command lines with `s3://` that nothing can come of: one clear line each, and status 2.
@Suite struct S3CommandUsageTests {
    @Test(arguments: [
        (["f", "s3://b_/"], "s3://b_/: a bucket has a name of up to 63 letters"),
        (["f", "s3://"], "s3://: the address of an object names a bucket: s3://BUCKET/KEY"),
        (["s3://"], "s3://: the address of an object names a bucket: s3://BUCKET/KEY"),
        (
            ["--netrc", "f", "s3://bkt/"],
            "--netrc has no credentials for s3://bkt/: they come from the settings of AWS"
        ),
        (
            ["--chunk-size", "1M", "f", "s3://bkt/"],
            "--chunk-size of an upload to s3:// is that of its parts: 5 MiB at least and 5 GiB at most, not 1M"
        ),
        (["--chunk-size", "6G", "f", "s3://bkt/"], "--chunk-size of an upload to s3:// is that of its parts"),
        (["--chunk-size", "1G", "s3://bkt/f"], "--chunk-size takes 64K to 64M, not 1G"),
        (["--chunk-size", "x", "f", "s3://bkt/"], "--chunk-size takes a number of bytes, such as 4M, not x"),
        (["--region", "a b", "f", "s3://bkt/"], "--region: a region is a name such as eu-west-1, which a b is not"),
        (
            ["--endpoint-url", "http://u:p@h/", "f", "s3://bkt/"],
            "--endpoint-url: the endpoint of a store has no user, no password, no ? and no # in it"
        ),
        (["--endpoint-url", "http://h/?q", "f", "s3://bkt/"], "--endpoint-url: the endpoint of a store has no user"),
        (["--endpoint-url", "h", "f", "s3://bkt/"], "--endpoint-url: the endpoint of a store is an address such as"),
        (
            ["--region", "here", "f", "http://h/"],
            "--profile, --endpoint-url, --region, --path-style and --virtual-host-style are for addresses with s3://"
        ),
        (
            ["s3://bkt/f", "s3://other/"],
            "one side of a transfer is on this machine: to fetch all of these, put a local"
        ),
        (["s3://bkt/f", "s3://bkt/p/", "s3://other"], "one side of a transfer is on this machine"),
        (["s3://bkt/f", "s3://bkt/copy"], "one side of a transfer is on this machine"),
        (["f", "folder/f", "s3://bkt/x"], "f would get the same name in the bucket"),
    ])
    func oneLineSaysWhatIsWrong(arguments: [String], beginning: String) async throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("folder")
        for name in ["f", "folder/f"] { try folder.write([1], to: name) }
        let program = CarryonProgram(in: folder)
        // Nobody is asked: the endpoint is not there.
        let environment = ["AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_PROFILE": "", "AWS_CONFIG_FILE": ""]
        let result = try await program.run(["add"] + arguments, environment: environment)
        #expect(result.status == 2, "\(result)")
        #expect(result.errors.contains(beginning), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1)
        #expect(try await program.list().isEmpty)
    }

    @Test(arguments: [
        (
            ["--profile", "x"],
            "--profile, --endpoint-url, --region, --path-style and --virtual-host-style belong to --s3"
        ),
        (
            ["--s3", "s3://bkt", "--memory", "64M"],
            "--reserve and --memory are for a server that takes in the chunks itself, not for --s3"
        ),
        (["--s3", "bkt"], "--s3: the address of an object begins with s3://"),
    ])
    func oneLineSaysWhyTheServerDoesNotStart(options: [String], sentence: String) async throws {
        let folder = try TemporaryFolder()
        let result = try await CarryonProgram(in: folder).run(["serve", "--data", folder.path("data")] + options)
        #expect(result.status == 2)
        #expect(result.errors == "carryon: \(sentence)\n")
    }
}
