import Testing
import TransferCore

@Suite struct AddressTests {
    @Test(arguments: [
        ("https://example.org/a", "https://example.org:443"), ("http://example.org", "http://example.org:80"),
        ("HTTPS://Example.ORG:443/A", "https://example.org:443"), ("http://h:8080/?x#y", "http://h:8080"),
        ("http://h?x=://", "http://h:80"), ("http://h#a@b", "http://h:80"),
        ("https://me:secret@h/a", "https://me:secret@h:443"), ("https://a:b@c@h:1/", "https://a:b@c@h:1"),
        ("http://[::1]/a", "http://[::1]:80"), ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("http://user@[::1]:80/", "http://user@[::1]:80"), ("no address", "no address"), ("", ""),
        ("s3://Photos/a", "s3://Photos"), ("s3://photos", "s3://photos"), ("s3://photos/a@b?c#d://e", "s3://photos"),
    ])
    func limitsApplyPerRemote(_ address: String, _ key: String) {
        #expect(Remote.key(of: address) == key)
    }

    @Test func otherCredentialsAreAnotherRemote() {
        #expect(Remote.key(of: "http://a:1@h/") != Remote.key(of: "http://b:1@h/"))
    }

    @Test(arguments: [
        ("https://h/p?x=1&y=2", "https://h/p?x=1&y=2"), ("https://h/p", "https://h/p"),
        ("https://user:pw@h/p", "https://user:***@h/p"), ("https://user@h/p", "https://***@h/p"),
        ("https://u:p@w@h/", "https://u:***@h/"),
        ("https://h/p?X-Amz-Signature=ab&X-Amz-Date=1", "https://h/p?X-Amz-Signature=***&X-Amz-Date=1"),
        ("https://h/p?TOKEN=1&a&b=", "https://h/p?TOKEN=***&a&b="),
        ("https://h?password=a=b", "https://h?password=***"),
        ("/plain/path?token=1", "/plain/path?token=1"),
        // A key is not taken apart.
        ("s3://b/a?token=1&x@y%20#z", "s3://b/a?token=1&x@y%20#z"), ("s3://b/u:p@h/ k", "s3://b/u:p@h/ k"),
        ("s3://b", "s3://b"),
        // A combining mark makes another character of what it follows, and hides nothing.
        ("http://u:p@\u{301}h/", "http://u:***@\u{301}h/"), ("http://u:\u{301}p@h/", "http://u:***@h/"),
        ("http://h/?\u{301}a=1&token=\u{301}p&\u{301}key=q", "http://h/?\u{301}a=1&token=***&\u{301}key=***"),
    ])
    func secretsAreNotShown(_ address: String, _ shown: String) {
        #expect(Redaction.address(address) == shown)
    }

    @Test(arguments: [
        ("Set-Cookie", "a=b", "***"), ("Authorization", "Basic eDp5", "***"), ("X-Amz-Security-Token", "t", "***"),
        ("WWW-Authenticate", "Digest nonce=1", "***"), ("Server", "nginx", "nginx"), ("ETag", "\"5f1c\"", "\"5f1c\""),
        ("Date", "Mon, 01 Jan 2026 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 GMT"),
        ("Location", "https://u:p@h/a?X-Amz-Signature=ab&b=1", "https://u:***@h/a?X-Amz-Signature=***&b=1"),
        ("location", "/a?sig=ab&b=1", "/a?sig=***&b=1"), ("Location", "HTTPS://u:p@h/", "HTTPS://u:***@h/"),
        (
            "Link", "<https://h/?token=x>; rel=next, <https://u:p@h/>",
            "<https://h/?token=***>; rel=next, <https://u:***@h/>"
        ),
        ("X-Note", "see \"http://u:p@h/\" with token=abc;key=def", "see \"http://u:***@h/\" with token=***;key=***"),
        ("Location", "/a?b=1;\u{301}token=x&y=2", "/a?b=1;\u{301}token=***&y=2"),
        ("Link", "<\u{301}https://u:p@h/?token=x>", "<\u{301}https://u:***@h/?token=***>"), ("X", "", ""),
    ])
    func secretsOfFieldsAreNotShown(_ name: String, _ value: String, _ shown: String) {
        #expect(Redaction.field(name: name, value: value) == shown)
    }
}
