using System.Text;
using System.Text.Json.Nodes;

namespace AiGateway.Simulator.Realtime;

/// <summary>What a session has heard and read so far, as counts: all of it is the prompt of each response.</summary>
internal sealed class RealtimeConversation
{
    /// <summary>Audio tokens of a second.</summary>
    public const int TokensPerSecond = 10;

    // PCM, 16 bits, 24,000 samples a second.
    private const int BytesPerSecond = 48_000;

    private long _textBytes;

    /// <summary>Bytes of audio that wait to be committed.</summary>
    public long BufferedBytes { get; private set; }

    /// <summary>Tokens of all text.</summary>
    public int TextTokens => Tokens.Of(_textBytes);

    /// <summary>Tokens of all sound.</summary>
    public int AudioTokens { get; private set; }

    /// <summary>Of <see cref="TextTokens"/> those that an earlier response has had already: they come from cache.</summary>
    public int CachedText { get; private set; }

    /// <summary>The same of <see cref="AudioTokens"/>.</summary>
    public int CachedAudio { get; private set; }

    /// <summary>The last text that somebody wrote.</summary>
    public string LastText { get; private set; } = "";

    /// <summary>Adds an item: its texts, and a fixed figure for each sound.</summary>
    public void Add(JsonObject item)
    {
        foreach (var part in item["content"] as JsonArray ?? [])
        {
            if (part?["text"]?.ToString() is { } text)
                AddText(text);
            else if (part?["audio"]?.GetValue<string>() is { } audio)
                AudioTokens += TokensOf(Convert.FromBase64String(audio).Length);
        }
        if (item["output"]?.ToString() is { } output)
            AddText(output);
    }

    /// <summary>Adds text.</summary>
    public void AddText(string text)
    {
        LastText = text;
        _textBytes += Encoding.UTF8.GetByteCount(text);
    }

    /// <summary>Adds what an answer said.</summary>
    public void AddAnswer(int textTokens, int audioTokens)
    {
        _textBytes += (long)textTokens * Tokens.BytesPerToken;
        AudioTokens += audioTokens;
    }

    /// <summary>Takes audio.</summary>
    public void Append(long bytes) => BufferedBytes += bytes;

    /// <summary>Forgets the audio that waits.</summary>
    public void Clear() => BufferedBytes = 0;

    /// <summary>Makes the audio that waits a part of the conversation; returns its tokens.</summary>
    public int Commit()
    {
        var tokens = TokensOf(BufferedBytes);
        AudioTokens += tokens;
        BufferedBytes = 0;
        return tokens;
    }

    /// <summary>From now on everything so far comes from cache.</summary>
    public void Remember() => (CachedText, CachedAudio) = (TextTokens, AudioTokens);

    private static int TokensOf(long bytes) => (int)((bytes * TokensPerSecond + BytesPerSecond - 1) / BytesPerSecond);
}
