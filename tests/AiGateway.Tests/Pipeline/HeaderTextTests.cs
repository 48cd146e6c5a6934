using AiGateway.Pipeline;

namespace AiGateway.Tests.Pipeline;

/// <summary>Text on its way into a header.</summary>
public sealed class HeaderTextTests
{
    [Theory]
    [InlineData("openai/gpt-5 (latest)", "openai/gpt-5 (latest)")]
    [InlineData("", "")]
    [InlineData("a\r\nSet-Cookie: x", "a%0D%0ASet-Cookie%3A%20x")]
    [InlineData("é", "%C3%A9")]
    [InlineData("a\u007f", "a%7F")]
    [InlineData("a\0", "a%00")]
    public void Text_BecomesVisibleAscii(string text, string expected)
    {
        Assert.Equal(expected, HeaderText.Escape(text));
        Assert.True(HeaderText.IsPlain(HeaderText.Escape(text)));
    }
}
