using System.Text;
using AiGateway.Pipeline;

namespace AiGateway.Tests.Pipeline;

/// <summary>Sealed ids of stored objects.</summary>
public sealed class ObjectIdTests
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("a secret of thirty-two bytes ....");

    [Fact]
    public void Id_OpensForItsTenantWithItsPrefixAndItsSecretOnly()
    {
        using var ids = new ObjectIds(Secret);
        using var others = new ObjectIds(Encoding.UTF8.GetBytes("another secret"));
        var stored = new StoredObject("deployment", "tenant", "resp_upstream");
        var id = ids.Seal("resp_", stored);
        Assert.Equal(stored, ids.Open("resp_", id, "tenant"));
        Assert.Equal(id, ids.Seal("resp_", stored));
        Assert.Null(ids.Open("resp_", id, "tenant2"));
        Assert.Null(ids.Open("resp_", id, ""));
        Assert.Null(ids.Open("conv_", id, "tenant"));
        Assert.Null(others.Open("resp_", id, "tenant"));
        Assert.DoesNotContain("upstream", id, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryOtherText_DoesNotOpen()
    {
        using var ids = new ObjectIds(Secret);
        var id = ids.Seal("resp_", new StoredObject("d", "t", "resp_1"));
        for (var i = 0; i < id.Length; i++)
        {
            Assert.Null(ids.Open("resp_", id.Remove(i, 1), "t"));
            Assert.Null(ids.Open("resp_", id.Insert(i, "A"), "t"));
            Assert.Null(ids.Open("resp_", string.Concat(id.AsSpan(0, i), id[i] == 'A' ? "B" : "A", id.AsSpan(i + 1)), "t"));
        }
        foreach (var text in (string[])["", "resp_", "resp_!", "resp_====", id + " ", " " + id, id + "=", "resp_" + new string('A', 100_000)])
            Assert.Null(ids.Open("resp_", text, "t"));
    }
}
