using System.Globalization;
using AiGateway.Configuration;

namespace AiGateway.Accounting.Reports;

/// <summary>The rates of one currency: units of it for one USD, by day.</summary>
internal sealed class CurrencyRates
{
    /// <summary>Currency of the ledger.</summary>
    public const string Usd = "USD";

    // A rate holds over weekends and, where one a month is given, to the month's end. Beyond, a day without one is an omission.
    private const int LongestDays = 31;

    private const decimal MostUnits = 1_000_000_000;
    private const string Inline = "the routing file (currencies.rates)";

    private readonly List<DateOnly> _days = [];
    private readonly List<decimal> _rates = [];
    private readonly string _source;

    private CurrencyRates(string code, string source) => (Code, _source) = (code, source);

    /// <summary>The currency's code.</summary>
    public string Code { get; }

    /// <summary>All rates as text: another text when one was changed.</summary>
    public string Text => string.Join(' ', _days.Select((day, i) => Write(day, _rates[i])));

    /// <summary>Reads the rates of a currency.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="config">Rates of the routing file, and the name of a file of more.</param>
    /// <exception cref="CurrencyException">It has no rates, or the file is not as it should be.</exception>
    public static CurrencyRates Read(string code, CurrenciesConfig config)
    {
        var found = new SortedDictionary<DateOnly, decimal>();
        if (config.File is { } file)
        {
            ReadFile(file, code, found);
        }
        if (config.Rates.TryGetValue(code, out var days))
        {
            foreach (var (day, rate) in days)
            {
                found[DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture)] = rate;
            }
        }
        var rates = new CurrencyRates(code, config.File is { } named ? $"'{named}'" : Inline);
        if (found.Count == 0)
        {
            throw new CurrencyException($"There is no rate for {code} in {rates._source}. Add how many {code} one USD is: currencies: {{ rates: {{ {code}: {{ 2026-10-01: \"0.86\" }} }} }}, or a line '2026-10-01,{code},0.86' in a file.");
        }
        rates._days.AddRange(found.Keys);
        rates._rates.AddRange(found.Values);
        return rates;
    }

    /// <summary>The rate of a day: its own, or the last before it, up to 31 days back.</summary>
    /// <param name="day">The day.</param>
    /// <param name="since">Receives the day that the rate is of.</param>
    /// <exception cref="CurrencyException">There is none.</exception>
    public decimal On(DateOnly day, out DateOnly since)
    {
        var place = _days.BinarySearch(day);
        place = place < 0 ? ~place - 1 : place;
        if (place < 0 || day.DayNumber - _days[place].DayNumber > LongestDays)
        {
            var before = place < 0 ? "none before it" : $"the last before it is of {_days[place]:yyyy-MM-dd}, and a rate holds {LongestDays} days";
            throw new CurrencyException($"There is no rate for {Code} on {day:yyyy-MM-dd}: {_source} has {before}. Add one, or leave 'currency' out for USD.");
        }
        since = _days[place];
        return _rates[place];
    }

    /// <summary>A rate with its day, as reports name it.</summary>
    public static string Write(DateOnly day, decimal rate) => string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}={rate}");

    private static void ReadFile(string file, string code, SortedDictionary<DateOnly, decimal> found)
    {
        var number = 0;
        try
        {
            foreach (var line in File.ReadLines(file))
            {
                number++;
                var cells = line.Split(',', StringSplitOptions.TrimEntries);
                if (line.Length == 0 || (number == 1 && cells is ["date", "currency", "rate"]))
                {
                    continue;
                }
                if (cells.Length != 3 || !DateOnly.TryParseExact(cells[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                    || !decimal.TryParse(cells[2], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) || rate is <= 0 or > MostUnits)
                {
                    throw new CurrencyException($"{file}:{number}: '{(line.Length <= 64 ? line : line[..64])}' is no rate. Write date,currency,rate: 2026-10-01,EUR,0.86; the rate is above 0 and at most {MostUnits.ToString("N0", CultureInfo.InvariantCulture)}.");
                }
                if (cells[1] == code && !found.TryAdd(day, rate) && found[day] != rate)
                {
                    throw new CurrencyException($"{file}:{number}: {code} has two rates on {cells[0]}, {found[day]} and {rate}. Keep one.");
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CurrencyException($"The rates in '{file}' cannot be read: {e.Message}");
        }
    }
}
