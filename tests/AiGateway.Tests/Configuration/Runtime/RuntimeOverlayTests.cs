using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Tests.Configuration.Runtime;

/// <summary>What was made at run time over what the file says: the file wins, and a key that was rotated away ends when it should.</summary>
public sealed class RuntimeOverlayTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly string FileHash = KeyHash.Of("of-the-file");

    [Fact]
    public void RotatedKeys_AreTheSameCaller_AndEndWithTheirGrace_OrWithTheEntry()
    {
        var set = RuntimeSet.Empty.With(1, [Key("a", """{"expires":"2026-11-22"}""", Secret("new"), Secret("old", Noon.AddHours(1)), Secret("later", Noon.AddDays(9)))]);

        var callers = RuntimeOverlay.Over(File(), set).Callers;

        Assert.Equal(Noon.AddHours(12), Find(callers, "new")!.Expires);
        Assert.Equal(Noon.AddHours(1), Find(callers, "old")!.Expires);
        Assert.Equal(Noon.AddHours(12), Find(callers, "later")!.Expires);
        Assert.Equal("a", Find(callers, "old")!.Id);
    }

    [Fact]
    public void TheFileWins_ByIdAndByHash_AndRemovedEntriesAreNotThere()
    {
        var set = RuntimeSet.Empty.With(4, [
            Key("alice", "{}", Secret("shadowed-by-id")), Key("other", "{}", new KeySecret(FileHash, null, null)), Key("gone", "{}", Secret("revoked")) with { Removed = Noon }, Key("bob", "{}", Secret("good"))]);

        var snapshot = RuntimeOverlay.Over(File(), set);

        Assert.Null(Find(snapshot.Callers, "shadowed-by-id"));
        Assert.Null(Find(snapshot.Callers, "revoked"));
        Assert.Equal("alice", Find(snapshot.Callers, "of-the-file")!.Id);
        Assert.Equal("bob", Find(snapshot.Callers, "good")!.Id);
        Assert.NotNull(RuntimeOverlay.ShadowingLine(File(), EntryKind.Key, "alice", []));
        Assert.NotNull(RuntimeOverlay.ShadowingLine(File(), EntryKind.Key, "other", [FileHash]));
        Assert.Null(RuntimeOverlay.ShadowingLine(File(), EntryKind.Key, "bob", [KeyHash.Of("good")]));
    }

    [Fact]
    public void Limits_AreThoseOfBoth_EachSubjectUnderTheOneThatNamesIt()
    {
        var set = RuntimeSet.Empty.With(2, [Entry(EntryKind.Limit, "vip", """{"on":"key","match":"bob","requests":"600/minute"}"""), Entry(EntryKind.Budget, "each key", """{"on":"key","amount":"1"}""")]);

        var limits = RuntimeOverlay.Over(File(), set).Limits;

        // The budget has the name of the file's limit, which wins.
        Assert.Equal(["each key", "vip"], limits.All.Select(limit => limit.Id));
        Assert.Contains("bob", limits.All[0].Except);
        Assert.Equal(["each key"], limits.Of(new CallerModel { Id = "eve", Tags = [], AllowsEverything = true, AllowedNames = [], AllowedPrefixes = [] }).Select(limit => limit.Id));
        Assert.Equal(["vip"], limits.Of(new CallerModel { Id = "bob", Tags = [], AllowsEverything = true, AllowedNames = [], AllowedPrefixes = [] }).Select(limit => limit.Id));
    }

    [Fact]
    public void KeysAreRequired_AlsoWhileThereAreNone_AndWhileTheStoreIsAway()
    {
        var file = Loading.Good(Yaml.Minimal);

        Assert.False(RuntimeOverlay.Over(file, null).Callers.IsConfigured);
        Assert.True(RuntimeOverlay.Over(file, RuntimeSet.Empty).Callers.IsConfigured);
        Assert.False(RuntimeOverlay.Over(file, RuntimeSet.Empty).IsWithoutRuntimeKeys);
        Assert.True(RuntimeOverlay.Over(file, RuntimeSet.Unknown).Callers.IsConfigured);
        Assert.True(RuntimeOverlay.Over(file, RuntimeSet.Unknown).IsWithoutRuntimeKeys);
    }

    private static Snapshot File() => Loading.Good(Yaml.With($"callers:\n  - {{ id: alice, key_hash: '{FileHash}' }}\nlimits:\n  - {{ on: key, requests: 60/minute }}\n"));

    private static CallerModel? Find(CallerTable callers, string key)
    {
        var hash = new byte[KeyHash.Length];
        Assert.True(KeyHash.TryCompute(key, hash));
        return callers.Find(hash);
    }

    private static KeySecret Secret(string key, DateTimeOffset? until = null) => new(KeyHash.Of(key), null, until);

    private static RuntimeEntry Key(string id, string body, params KeySecret[] secrets) => Entry(EntryKind.Key, id, body) with { Secrets = secrets };

    private static RuntimeEntry Entry(EntryKind kind, string id, string body) => new()
    {
        Kind = kind,
        Id = id,
        Body = body,
        Content = EntryBinder.Bind(kind, body, new Findings(""))!,
        Created = Noon,
        CreatedBy = "ops",
        Updated = Noon,
    };
}
