using System.Globalization;
using System.Text;

namespace AiGateway.Accounting.Csv;

/// <summary>Reads CSV as RFC 4180 has it, record by record, in bounded memory.</summary>
/// <remarks>
/// Of our own, because no package for it is referenced and invoices need little of one: comma (or what is given), quotes doubled
/// within quotes, lines ended by CRLF or LF, line breaks within quotes. Empty lines are passed over. A quote in the middle of a
/// cell without quotes is taken as it stands, as spreadsheets do. Not thread-safe.
/// </remarks>
/// <param name="text">The text; a byte order mark is the decoder's business.</param>
/// <param name="separator">What is between cells.</param>
internal sealed class CsvReader(TextReader text, char separator = ',')
{
    /// <summary>The most characters of a cell.</summary>
    public const int MostCharacters = 1024 * 1024;

    /// <summary>The most cells of a record: the widest cost exports have some 300.</summary>
    public const int MostCells = 2048;

    private const int End = -1;

    private readonly StringBuilder _cell = new();
    private readonly List<string> _cells = [];

    private long _at = 1;

    /// <summary>The line at which the record that was read last begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Reads the next record.</summary>
    /// <returns>Its cells; null at the end.</returns>
    /// <exception cref="CsvException">It is no CSV, or more than is taken.</exception>
    public IReadOnlyList<string>? Read()
    {
        try
        {
            while (text.Peek() != End)
            {
                Line = _at;
                ReadRecord();
                if (_cells is not [""])
                {
                    return _cells;
                }
            }
            return null;
        }
        catch (DecoderFallbackException e)
        {
            throw new CsvException($"Near line {_at} there are bytes that are not UTF-8.", e);
        }
        catch (InvalidDataException e)
        {
            throw new CsvException($"Near line {_at} the compressed file is damaged or cut off.", e);
        }
    }

    private void ReadRecord()
    {
        _cells.Clear();
        do
        {
            if (_cells.Count == MostCells)
            {
                throw new CsvException(string.Create(CultureInfo.InvariantCulture, $"Line {Line} has more than {MostCells} cells."));
            }
            _cell.Clear();
            if (text.Peek() == '"')
            {
                _ = text.Read();
                ReadQuoted();
            }
            ReadPlain();
            _cells.Add(_cell.ToString());
        }
        while (TrySeparator());
    }

    private void ReadQuoted()
    {
        while (true)
        {
            var next = text.Read();
            if (next == End)
            {
                throw new CsvException(string.Create(CultureInfo.InvariantCulture, $"Line {Line} opens a quote that is not closed before the file ends: it is cut off, or no CSV."));
            }
            if (next == '"')
            {
                if (text.Peek() != '"')
                {
                    return;
                }
                _ = text.Read();
            }
            _at += next == '\n' ? 1 : 0;
            Append((char)next);
        }
    }

    private void ReadPlain()
    {
        for (var next = text.Peek(); next != End && next != separator && next is not ('\r' or '\n'); next = text.Peek())
        {
            Append((char)text.Read());
        }
    }

    private void Append(char character)
    {
        if (_cell.Length == MostCharacters)
        {
            throw new CsvException(string.Create(CultureInfo.InvariantCulture, $"Line {Line} has a cell of more than {MostCharacters} characters: a quote that is not closed, or no CSV."));
        }
        _cell.Append(character);
    }

    private bool TrySeparator()
    {
        var next = text.Read();
        if (next == separator)
        {
            return true;
        }
        if (next == '\r' && text.Peek() == '\n')
        {
            _ = text.Read();
        }
        _at++;
        return false;
    }
}
