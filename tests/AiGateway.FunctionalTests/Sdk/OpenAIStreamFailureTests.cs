using System.ClientModel;
using System.Text;
using OpenAI.Chat;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>Streams that fail, as the official .NET client sees them: a cut one must not look complete, an early death must not be seen at all.</summary>
public sealed class OpenAIStreamFailureTests(SdkFixture fixture) : IClassFixture<SdkFixture>
{
    // The pace keeps events apart: an error that comes together with the first content is not passed on, but failed over.
    // What a provider may do in the middle: break the connection, end cleanly without finish, send an error event, send garbage.
    [Theory]
    [InlineData("a/gpt-x!cut=6,pace=20")]
    [InlineData("a/gpt-x!end=6,pace=20")]
    [InlineData("a/gpt-x!error-event=6,pace=20")]
    [InlineData("a/gpt-x!malformed=6,pace=20")]
    public async Task StreamCutAfterContent_IsAFailure(string model)
    {
        var text = new StringBuilder();
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(fixture.OpenAI.GetChatClient(model), text));

        Assert.NotEmpty(text.ToString());
        var record = await fixture.Gateway.ReadRecordOfModelAsync(model);
        Assert.Equal("cut_by_upstream", record.GetProperty("outcome").GetString());
        Assert.True(record.GetProperty("usage").GetProperty("output_tokens").GetInt64() > 0);
    }

    [Fact]
    public async Task ErrorEventAfter200_BeforeContent_FailsOverUnseen()
    {
        var text = new StringBuilder();
        var finish = await ReadAsync(fixture.OpenAI.GetChatClient("stumbling"), text);

        Assert.StartsWith("Simulated answer to: Stream me", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, finish);
        var record = await fixture.Gateway.ReadRecordOfModelAsync("stumbling");
        Assert.Equal(["stumbling-a", "chat-b"], record.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("deployment").GetString()));
    }

    [Fact]
    public async Task ErrorInsteadOfAStream_IsAnExceptionWithItsMessage()
    {
        var failed = await Assert.ThrowsAsync<ClientResultException>(() => ReadAsync(fixture.OpenAI.GetChatClient("a/gpt-x!status=500"), new StringBuilder()));

        Assert.Equal(502, failed.Status);
        Assert.Contains("sim-a", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/gpt-x!comments")]
    [InlineData("a/gpt-x!crlf")]
    [InlineData("a/gpt-x!split=1")]
    [InlineData("a/gpt-x!gzip")]
    [InlineData("a/gpt-x!no-done")]
    public async Task OddButCompleteStream_IsReadWhole(string model)
    {
        var text = new StringBuilder();
        var finish = await ReadAsync(fixture.OpenAI.GetChatClient(model), text);

        Assert.StartsWith("Simulated answer to: Stream me", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, finish);
    }

    private static async Task<ChatFinishReason?> ReadAsync(ChatClient chat, StringBuilder text)
    {
        ChatFinishReason? finish = null;
        await foreach (var update in chat.CompleteChatStreamingAsync("Stream me"))
        {
            foreach (var part in update.ContentUpdate)
                text.Append(part.Text);
            finish ??= update.FinishReason;
        }
        return finish;
    }
}
