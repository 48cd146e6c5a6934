using System.Globalization;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Focus;

/// <summary>How a class of usage is named and measured in an export.</summary>
/// <param name="Name">The meter.</param>
/// <param name="Unit">One of what is counted, in the plural.</param>
/// <param name="PricedPer">How many of them a price is given for.</param>
internal sealed record FocusMeter(string Name, string Unit, int PricedPer = 1)
{
    private const int Million = 1_000_000;
    private const string Tokens = "Tokens";
    private const string Seconds = "Seconds";
    private const string Searches = "Searches";
    private const string Requests = "Requests";

    private static readonly Dictionary<string, FocusMeter> All = new(StringComparer.Ordinal)
    {
        [CostClass.Input] = new("Input Tokens", Tokens, Million),
        [CostClass.AudioInput] = new("Audio Input Tokens", Tokens, Million),
        [CostClass.ImageInput] = new("Image Input Tokens", Tokens, Million),
        [CostClass.VideoInput] = new("Video Input Tokens", Tokens, Million),
        [CostClass.Citation] = new("Citation Tokens", Tokens, Million),
        [CostClass.CachedInput] = new("Cached Input Tokens", Tokens, Million),
        [CostClass.CachedAudioInput] = new("Cached Audio Input Tokens", Tokens, Million),
        [CostClass.CachedImageInput] = new("Cached Image Input Tokens", Tokens, Million),
        [CostClass.CacheWrite] = new("Cache Write Tokens", Tokens, Million),
        [CostClass.CacheWrite1h] = new("Cache Write Tokens, 1 Hour", Tokens, Million),
        [CostClass.CacheWrite12h] = new("Cache Write Tokens, 12 Hours", Tokens, Million),
        [CostClass.Output] = new("Output Tokens", Tokens, Million),
        [CostClass.Reasoning] = new("Reasoning Tokens", Tokens, Million),
        [CostClass.AudioOutput] = new("Audio Output Tokens", Tokens, Million),
        [CostClass.ImageOutput] = new("Image Output Tokens", Tokens, Million),
        [CostClass.VideoOutput] = new("Video Output Tokens", Tokens, Million),
        [CostClass.Search] = new("Search Units", Searches),
        [CostClass.Character] = new("Characters", "Characters", Million),
        [CostClass.Image] = new("Images", "Images"),
        [CostClass.AudioSecond] = new("Audio", Seconds),
        [CostClass.Request] = new("Requests", Requests),
        [CostClass.WebSearch] = new("Web Searches", Searches),
        [CostClass.Page] = new("Pages", "Pages"),
        [CostClass.VideoSecond] = new("Video", Seconds),
        [CostClass.FileSearch] = new("File Searches", Searches),
        [CostClass.TextMessage] = new("Text Messages", "Messages"),
        [FocusParts.Call] = new("Calls, as Charged", Requests),
        [FocusParts.Correction] = new("Corrections", Requests),
        [FocusParts.Unit] = new("Units Other Than Tokens", Requests),
    };

    /// <summary>What a price is given for.</summary>
    public string PricingUnit => PricedPer == 1 ? Unit : string.Create(CultureInfo.InvariantCulture, $"{PricedPer} {Unit}");

    /// <summary>The meter of a class.</summary>
    /// <exception cref="InvalidDataException">There is no such class.</exception>
    public static FocusMeter Of(string name) => All.GetValueOrDefault(name) ?? throw new InvalidDataException($"The ledger holds a share of the class '{name}', which this version does not know.");
}
