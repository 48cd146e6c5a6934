namespace AiGateway.Accounting.Reconciliation;

/// <summary>A text whose first line is looked at before it is read: whether commas, semicolons or tabs are between its names.</summary>
internal sealed class HeadReader : TextReader
{
    private const int MostLooked = 64 * 1024;

    private readonly TextReader _text;
    private readonly char[] _head = new char[MostLooked];
    private readonly int _length;
    private int _next;

    public HeadReader(TextReader text)
    {
        _text = text;
        _length = text.ReadBlock(_head);
        var line = _head.AsSpan(0, _length);
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        Separator = line.Contains('\t') ? '\t' : line.Count(';') > line.Count(',') ? ';' : ',';
    }

    /// <summary>What is between the names.</summary>
    public char Separator { get; }

    public override int Peek() => _next < _length ? _head[_next] : _text.Peek();

    public override int Read() => _next < _length ? _head[_next++] : _text.Read();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _text.Dispose();
        }
        base.Dispose(disposing);
    }
}
