using System.Text;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Transcription;

/// <summary>What was said.</summary>
public sealed class Transcript
{
    // Lines of subtitles: not too long to be read, and not across a pause (the BBC's subtitle guidelines: two lines of 37 characters, 7 s at most).
    private const int LongestSegment = 74;
    private const double LongestTime = 7;
    private const double Pause = 1;

    /// <summary>The text.</summary>
    public string Text { get; init; } = "";

    /// <summary>The language as the provider names it; null when it does not.</summary>
    public string? Language { get; init; }

    /// <summary>How long the sound is, in seconds; null when the provider does not say.</summary>
    public double? Duration { get; init; }

    /// <summary>The words with their times, in order; empty when the provider tells none.</summary>
    public List<SpokenWord> Words { get; } = [];

    /// <summary>What was consumed; null when the provider does not say.</summary>
    public Usage? Usage { get; set; }

    /// <summary>The model as the provider names it.</summary>
    public string? Model { get; init; }

    /// <summary>Why there is no text, where the provider declined.</summary>
    public ProviderError? Refusal { get; init; }

    /// <summary>The words in lines: a line ends with a sentence, before a pause, and before it becomes too long.</summary>
    public List<SpokenWord> Segments()
    {
        var segments = new List<SpokenWord>();
        var text = new StringBuilder();
        double start = 0, end = 0;
        foreach (var word in Words)
        {
            if (text.Length > 0 && (word.Start - end >= Pause || text.Length + 1 + word.Text.Length > LongestSegment || word.End - start > LongestTime || EndsSentence(text)))
            {
                segments.Add(new SpokenWord(text.ToString(), start, end));
                text.Clear();
            }
            if (text.Length == 0)
                start = word.Start;
            else
                text.Append(' ');
            text.Append(word.Text);
            end = word.End;
        }
        if (text.Length > 0)
            segments.Add(new SpokenWord(text.ToString(), start, end));
        return segments;
    }

    private static bool EndsSentence(StringBuilder text) => text[^1] is '.' or '!' or '?' or '。' or '！' or '？';
}

/// <summary>A word, or a line of them, and when it was spoken.</summary>
/// <param name="Text">The word with its punctuation.</param>
/// <param name="Start">Seconds from the beginning.</param>
/// <param name="End">Seconds from the beginning.</param>
public readonly record struct SpokenWord(string Text, double Start, double End);
