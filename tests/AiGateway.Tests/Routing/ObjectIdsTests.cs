using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;

namespace AiGateway.Tests.Routing;

/// <summary>Sealed ids: they open for their tenant, unchanged, and for nobody else.</summary>
public sealed class ObjectIdsTests
{
    private static readonly StoredObject Stored = new("openai-gpt", "acme/payments/checkout", "resp_0123456789abcdef");

    [Fact]
    public void Id_OpensForItsTenantAndIsTheSameEachTime()
    {
        using var ids = new ObjectIds("secret"u8);
        using var another = new ObjectIds("secret"u8);
        var id = ids.Seal("resp_", Stored);

        Assert.StartsWith("resp_", id, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", id, StringComparison.Ordinal);
        Assert.Equal(id, another.Seal("resp_", Stored));
        Assert.Equal(Stored, another.Open("resp_", id, Stored.Tenant));
    }

    [Fact]
    public void AnotherTenantSecretOrPrefix_DoesNotOpenIt()
    {
        using var ids = new ObjectIds("secret"u8);
        using var stranger = new ObjectIds("another"u8);
        var id = ids.Seal("resp_", Stored);

        Assert.Null(ids.Open("resp_", id, "acme/payments/other"));
        Assert.Null(ids.Open("resp_", id, ""));
        Assert.Null(stranger.Open("resp_", id, Stored.Tenant));
        Assert.Null(ids.Open("msg_", id, Stored.Tenant));
        Assert.NotEqual(id, ids.Seal("resp_", Stored with { Tenant = "acme/payments/other" }));
    }

    [Fact]
    public void WhatIsKnownOfABatch_IsInItsId_AndIdsOfBeforeStayGood()
    {
        using var ids = new ObjectIds("secret"u8);
        var batch = Stored with
        {
            UpstreamId = "batch_1",
            Model = "fast",
            Volume = new BatchVolume(1, 2, 3, 4, 5, 6, 7, BatchKinds.Audio),
            Origin = new BatchOrigin("a key of\nany name", DateTimeOffset.UnixEpoch.AddMilliseconds(1_790_000_000_123)),
        };
        Assert.Equal(batch, ids.Open("batch_", ids.Seal("batch_", batch), Stored.Tenant));
        // A result leads back to its batch, under the same id.
        var result = ids.Open("file-", ids.Seal("file-", batch with { UpstreamId = "file-2", Batch = batch.UpstreamId }), Stored.Tenant);
        Assert.Equal(ids.Seal("batch_", batch), ids.Seal("batch_", result!.BatchOf(Operation.Files)!));

        // Made by another implementation of the form of before.
        const string before = "file-GT_2U5SN0Z6gvKvsDzK0N8DqYkQMROfWCaEVjuZJfE2vbheAHlmceBzUVa-9vwpbf-VnDnfyGmkr";
        var old = Stored with { UpstreamId = "file-1", Model = "fast" };
        Assert.Equal(before, ids.Seal("file-", old));
        Assert.Equal(old, ids.Open("file-", before, Stored.Tenant));
    }

    [Fact]
    public void EveryCharacterAltered_IsRefused()
    {
        using var ids = new ObjectIds("secret"u8);
        var id = ids.Seal("resp_", Stored);
        for (var position = 0; position < id.Length; position++)
        {
            foreach (var other in "Aa0_-")
            {
                if (id[position] == other)
                    continue;
                var altered = $"{id[..position]}{other}{id[(position + 1)..]}";
                Assert.True(ids.Open("resp_", altered, Stored.Tenant) is null, $"Altered at {position} it opens: {altered}");
            }
            Assert.Null(ids.Open("resp_", id[..position], Stored.Tenant));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("resp_")]
    [InlineData("resp_abc")]
    [InlineData("resp_====")]
    [InlineData("resp_ä")]
    public void Garbage_IsRefused(string id)
    {
        using var ids = new ObjectIds("secret"u8);
        Assert.Null(ids.Open("resp_", id, "t"));
        Assert.Null(ids.Open("resp_", "resp_" + new string('A', 5000), "t"));
    }

    [Fact]
    public void FileAndBatch_KeepModelAndBatch_AndAreNotTakenForEachOther()
    {
        using var ids = new ObjectIds("secret"u8);
        var file = Stored with { UpstreamId = "file-abc", Model = "fast", Batch = "batch_abc" };
        var id = ids.Seal("file-", file);

        Assert.Equal(file, ids.Open("file-", id, file.Tenant));
        Assert.Null(ids.Open("batch_", "batch_" + id["file-".Length..], file.Tenant));
        Assert.Null(ids.Open("resp_", "resp_" + id["file-".Length..], file.Tenant));
        Assert.Null(ids.Open("file-", "file-" + ids.Seal("resp_", Stored)["resp_".Length..], Stored.Tenant)?.Model);
    }
}
