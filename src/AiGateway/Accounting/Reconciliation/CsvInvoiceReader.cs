using System.Globalization;
using System.Text.Json;
using AiGateway.Accounting.Csv;

namespace AiGateway.Accounting.Reconciliation;

/// <summary>Reads exports in CSV, or with tabs, of the shapes that are known or of one that was given.</summary>
internal static class CsvInvoiceReader
{
    /// <summary>The most lines of a file that are kept.</summary>
    public const int MostLines = 2_000_000;

    // Month first, as Azure's enterprise agreements write it.
    private static readonly string[] DayForms = ["yyyy-MM-dd", "yyyyMMdd", "MM/dd/yyyy", "M/d/yyyy", "yyyy-MM-dd HH:mm:ss", "MM/dd/yyyy HH:mm:ss"];

    /// <summary>Reads a file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="given">The columns, where they were given; null to recognise the file by its line of names.</param>
    /// <exception cref="InvoiceException">It is none, or of an unknown shape.</exception>
    public static InvoiceFile Read(TextReader text, CsvShape? given)
    {
        try
        {
            using var head = new HeadReader(text);
            var reader = new CsvReader(head, head.Separator);
            var names = reader.Read()?.ToArray() ?? [];
            if (Array.TrueForAll(names, string.IsNullOrWhiteSpace))
            {
                throw new InvoiceException("The file is empty, or its first line is.");
            }
            var shape = given ?? Recognise(names);
            var columns = new Columns(names, shape);
            var lines = new List<InvoiceLine>();
            var passedOver = 0L;
            while (reader.Read() is { } cells)
            {
                if (cells.Count != names.Length)
                {
                    throw new InvoiceException(At(reader, $"{cells.Count} cells, and the line of names has {names.Length}: the file is cut off, or its quotes are broken."));
                }
                if (columns.Read(cells, reader) is not { } line)
                {
                    passedOver++;
                }
                else if (lines.Count == MostLines)
                {
                    throw new InvoiceException($"The file has more than {MostLines} lines about models. Take a shorter period, or an export by day.");
                }
                else
                {
                    lines.Add(line);
                }
            }
            return new InvoiceFile(shape.Name, lines, passedOver, HasMore: false);
        }
        catch (CsvException e)
        {
            throw new InvoiceException(e.Message, e);
        }
    }

    /// <summary>A day of its text; null when it is none.</summary>
    public static DateOnly? DayOf(string text)
    {
        text = text.Trim();
        if (text.Length is 9 or 10 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 100_000_000)
        {
            return DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime);
        }
        if (DateTime.TryParseExact(text, DayForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return DateOnly.FromDateTime(day);
        }
        return text.Length > 10 && text[10] is 'T' or ' ' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? DateOnly.FromDateTime(instant.UtcDateTime) : null;
    }

    private static CsvShape Recognise(string[] names) =>
        CsvShapes.All.FirstOrDefault(shape => shape.Signs.All(sign => names.Contains(sign, StringComparer.OrdinalIgnoreCase)))
            ?? throw new InvoiceException($"The columns are those of no export that is known ({string.Join(", ", CsvShapes.All.Select(static shape => shape.Name))}). Say which hold what: --column day=… --column amount=… --column model=…. The file has: {Short(string.Join(", ", names))}.");

    private static string At(CsvReader reader, string what) => string.Create(CultureInfo.InvariantCulture, $"Line {reader.Line}: {what}");

    private static string Short(string text) => text.Length <= 300 ? text : text[..300] + "…";

    /// <summary>Where the columns of a shape are in a file.</summary>
    private sealed class Columns
    {
        private readonly CsvShape _shape;
        private readonly string[] _names;
        private readonly int _day;
        private readonly int _amount;
        private readonly int _currency;
        private readonly int[] _model;
        private readonly int _meter;
        private readonly int _quantity;
        private readonly int _unit;
        private readonly int _input;
        private readonly int _output;
        private readonly int _service;
        private readonly int _nested;

        public Columns(string[] names, CsvShape shape)
        {
            (_names, _shape) = (names, shape);
            _day = Find(shape.Day);
            _amount = Find(shape.Amount);
            _currency = Find(shape.Currency);
            _model = [.. shape.Model.Select(name => Find([name])).Where(static place => place >= 0)];
            _meter = Find(shape.Meter);
            _quantity = Find(shape.Quantity);
            _unit = Find(shape.Unit);
            _input = Find(shape.InputTokens);
            _output = Find(shape.OutputTokens);
            _service = Find(shape.Service);
            _nested = shape.Nested is { } nested ? Find([nested]) : -1;
            Check(_day, shape.Day);
            Check(_amount, shape.Amount);
            if (shape.Model.Length > 0 && _model.Length == 0)
            {
                Check(-1, shape.Model);
            }
        }

        /// <summary>The line of a record; null for one of another service.</summary>
        public InvoiceLine? Read(IReadOnlyList<string> cells, CsvReader reader)
        {
            if (_service >= 0 && _shape.Services.Length > 0 && !Array.Exists(_shape.Services, name => cells[_service].Contains(name, StringComparison.OrdinalIgnoreCase)))
            {
                return null;
            }
            if (_amount >= 0 && cells[_amount].Length == 0 && _quantity < 0)
            {
                // OpenAI's download has a line for each day, also for those without costs.
                return null;
            }
            var day = DayOf(cells[_day]) ?? throw new InvoiceException(At(reader, $"'{Short(cells[_day])}' in {_names[_day]} is no day. Known: 2026-11-20, 20261120, 11/20/2026 (month first), an instant, Unix seconds."));
            var model = ModelOf(cells);
            var meter = _meter >= 0 ? cells[_meter] : model ?? "";
            var tokens = Number(cells, _quantity, reader) * InvoiceModel.TokensOf(_unit >= 0 ? cells[_unit] : "");
            var isOutput = InvoiceModel.IsOutput(meter);
            return new InvoiceLine
            {
                Day = day,
                Model = model,
                Amount = _amount < 0 ? null : Number(cells, _amount, reader) ?? 0,
                Currency = _currency >= 0 && cells[_currency].Length > 0 ? cells[_currency] : null,
                InputTokens = _input >= 0 ? Number(cells, _input, reader) : isOutput == false ? tokens : null,
                OutputTokens = _output >= 0 ? Number(cells, _output, reader) : isOutput == true ? tokens : null,
            };
        }

        private string? ModelOf(IReadOnlyList<string> cells)
        {
            if (_nested >= 0 && Nested(cells[_nested]) is { Length: > 0 } nested)
            {
                return nested;
            }
            var place = _model.FirstOrDefault(column => cells[column].Length > 0, -1);
            return place < 0 ? null : cells[place];
        }

        // A map of CUR 2.0 is JSON text in CSV.
        private static string? Nested(string map)
        {
            if (!map.StartsWith('{'))
            {
                return null;
            }
            try
            {
                using var document = JsonDocument.Parse(map);
                return document.RootElement.TryGetProperty("model", out var model) ? model.ToString() : null;
            }
            catch (JsonException)
            {
                // Then the line's other columns name it.
                return null;
            }
        }

        private decimal? Number(IReadOnlyList<string> cells, int column, CsvReader reader)
        {
            if (column < 0 || string.IsNullOrWhiteSpace(cells[column]))
            {
                return null;
            }
            return decimal.TryParse(cells[column], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
                ? number : throw new InvoiceException(At(reader, $"'{Short(cells[column])}' in {_names[column]} is no number. Decimals have a point, and thousands no separator."));
        }

        private int Find(string[] wanted)
        {
            foreach (var name in wanted)
            {
                var place = Array.FindIndex(_names, known => known.Trim().Equals(name, StringComparison.OrdinalIgnoreCase));
                if (place >= 0)
                {
                    return place;
                }
            }
            return -1;
        }

        private void Check(int place, string[] wanted)
        {
            if (place < 0 && wanted.Length > 0)
            {
                throw new InvoiceException($"There is no column {string.Join(" or ", wanted)}. The file has: {Short(string.Join(", ", _names))}.");
            }
        }
    }
}
