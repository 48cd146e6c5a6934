using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>The hash in the file and the hash of what is presented are the same.</summary>
public sealed class KeyHashTests
{
    [Theory]
    [InlineData("k")]
    [InlineData("sk-gw-käse-鍵")]
    public void PresentedKey_HasTheHashOfItsEntry(string key)
    {
        var hash = new byte[KeyHash.Length];

        Assert.True(KeyHash.TryCompute(key, hash));
        Assert.Equal(KeyHash.TryParse(KeyHash.Of(key)), hash);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public void TextThatIsNoKey_IsNotHashed(int length, bool expected) =>
        Assert.Equal(expected, KeyHash.TryCompute(new string('\uffff', length), new byte[KeyHash.Length]));
}
