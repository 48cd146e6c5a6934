using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Accounting;

/// <summary>What is charged by something else than tokens.</summary>
internal static class UnitArithmetic
{
    private const int SecondsPerHour = 3600;

    // A price per hour is often no finite decimal per second: the amount is rounded, so that the parts still sum to the total exactly.
    private const int MostDecimals = 20;

    /// <summary>Adds the cost of units to <paramref name="sum"/>, and each to <paramref name="shares"/>; returns why it cannot be said, or null.</summary>
    public static string? Add(ModelPrice model, TokenPrices tokens, UnitPrices units, Usage usage, ref decimal sum, ref List<CostShare>? shares)
    {
        var detail = usage.Detail;
        var countedUnits = (usage.Images | usage.SearchUnits | usage.Characters) != 0 || usage.AudioSeconds != 0
            || (detail is not null && (detail.Pages != 0 || detail.VideoSeconds != 0));
        if (ReferenceEquals(units, UnitPrices.None) && !countedUnits && usage.WebSearches == 0 && detail is not { FileSearches: > 0 })
        {
            return WhyHalfReported(model, usage);
        }
        var charged = Add(ref sum, ref shares, CostClass.Search, usage.SearchUnits, units.PerSearch) | Add(ref sum, ref shares, CostClass.Character, usage.Characters, units.PerCharacter);
        if (usage.Images > 0 && (units.PerImage is not null || units.ImageBySize is not null))
        {
            if (PriceOfImage(units, detail) is not { } perImage)
            {
                return detail?.Size is null ? "the price of an image depends on its size and quality with" : $"no price for images of {detail.Quality} {detail.Size} of";
            }
            charged |= Add(ref sum, ref shares, CostClass.Image, usage.Images, perImage);
        }
        if (usage.AudioSeconds > 0 && units.PerAudioHour is { } perHour)
        {
            charged = true;
            Charge(ref sum, ref shares, CostClass.AudioSecond, usage.AudioSeconds, decimal.Round(usage.AudioSeconds * perHour / SecondsPerHour, MostDecimals));
        }
        if (units.PerRequest is not null)
        {
            charged = true;
            if (detail?.SearchContextSize is { } searched && units.RequestBySearch is { } bySearch)
            {
                if (bySearch.Find(searched) is not { } perSearched)
                {
                    return $"no price for a search context of size {searched} of";
                }
                Charge(ref sum, ref shares, CostClass.Request, usage.Requests, perSearched * usage.Requests);
            }
            else
            {
                Charge(ref sum, ref shares, CostClass.Request, usage.Requests, units.PerRequest.GetValueOrDefault() * usage.Requests);
            }
        }
        if (usage.WebSearches > 0)
        {
            // A fee per request (Perplexity) contains its searches.
            if (units.PerWebSearch is null && units.PerRequest is null)
            {
                return "no price for web searches of";
            }
            Add(ref sum, ref shares, CostClass.WebSearch, usage.WebSearches, units.PerWebSearch);
        }
        if (detail is not null && AddRare(units, detail, ref charged, ref sum, ref shares) is { } unknown)
        {
            return unknown;
        }
        return charged ? null : WhyNotCharged(model, tokens, units, usage, countedUnits);
    }

    private static string? AddRare(UnitPrices units, UsageDetail detail, ref bool charged, ref decimal sum, ref List<CostShare>? shares)
    {
        if (detail.Pages > 0)
        {
            var perPage = detail.AreAnnotated ? units.PerAnnotatedPage : units.PerPage;
            if (perPage is null && (units.PerPage is not null || units.PerAnnotatedPage is not null))
            {
                return $"no price for {(detail.AreAnnotated ? "annotated " : "")}pages of";
            }
            charged |= Add(ref sum, ref shares, CostClass.Page, detail.Pages, perPage);
        }
        if (detail.VideoSeconds > 0 && (units.PerVideoSecond is not null || units.VideoBySize is not null))
        {
            var perSecond = detail.Size is null ? units.PerVideoSecond : units.VideoBySize?.Find(detail.Size) ?? units.PerVideoSecond;
            if (perSecond is not { } price)
            {
                return detail.Size is null ? "the price of a second of video depends on its size with" : $"no price for video of {detail.Size} of";
            }
            charged = true;
            Charge(ref sum, ref shares, CostClass.VideoSecond, detail.VideoSeconds, detail.VideoSeconds * price);
        }
        if (detail.FileSearches > 0)
        {
            if (units.PerFileSearch is null)
            {
                return "no price for file searches of";
            }
            Add(ref sum, ref shares, CostClass.FileSearch, detail.FileSearches, units.PerFileSearch);
        }
        charged |= Add(ref sum, ref shares, CostClass.TextMessage, detail.TextMessages, units.PerTextMessage);
        return null;
    }

    private static decimal? PriceOfImage(UnitPrices units, UsageDetail? detail) =>
        detail?.Size is { } size && units.ImageBySize is { } bySize ? bySize.Find(detail.Quality, size) ?? units.PerImage : units.PerImage;

    // Nothing was multiplied with anything: that is 0 only when nothing was consumed.
    private static string? WhyNotCharged(ModelPrice model, TokenPrices tokens, UnitPrices units, Usage usage, bool countedUnits)
    {
        if (tokens.Any)
        {
            return countedUnits && usage.InputTokens == 0 && usage.OutputTokens == 0 ? "no tokens were reported, which are what is charged for, by" : WhyHalfReported(model, usage);
        }
        return $"a price per {units.FirstName ?? "unit"} only, of which the answer reports none, for";
    }

    // Speech, images and transcripts cost mainly what is not text: an estimate from the text alone is not a price.
    private static string? WhyHalfReported(ModelPrice model, Usage usage)
    {
        if (!usage.Estimated)
        {
            return null;
        }
        return (model.OutputIsAudio || model.OutputIsImages) && usage.OutputTokens == 0 ? "no output tokens were reported by"
            : model.InputIsAudio && usage.InputTokens == 0 ? "no input tokens were reported by"
            : null;
    }

    private static bool Add(ref decimal sum, ref List<CostShare>? shares, string name, long count, decimal? price)
    {
        if (count <= 0 || price is null)
        {
            return false;
        }
        Charge(ref sum, ref shares, name, count, count * price.GetValueOrDefault());
        return true;
    }

    private static void Charge(ref decimal sum, ref List<CostShare>? shares, string name, decimal quantity, decimal amount)
    {
        sum += amount;
        CostShares.Add(ref shares, name, quantity, amount);
    }
}
