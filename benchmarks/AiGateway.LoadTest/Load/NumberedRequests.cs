using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace AiGateway.LoadTest.Load;

/// <summary>Requests that differ in a number, so that no two are the same: every one is a miss.</summary>
internal sealed class NumberedRequests : IRequestSource
{
    /// <summary>Stands in the request where the number goes.</summary>
    public const string Mark = "#000000000000#";

    private const int Digits = 12;

    private readonly byte[] _template;
    private readonly int _at;
    private long _next;

    /// <param name="template">The request, with <see cref="Mark"/> in it once.</param>
    /// <exception cref="ArgumentException">The mark is not there.</exception>
    public NumberedRequests(byte[] template)
    {
        _template = template;
        _at = template.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Mark));
        if (_at < 0)
        {
            throw new ArgumentException($"The request does not hold '{Mark}'.", nameof(template));
        }
        // Behind the sign.
        _at++;
    }

    public byte[] Next(byte[] previous)
    {
        var request = previous.Length == _template.Length ? previous : [.. _template];
        Utf8Formatter.TryFormat(++_next, request.AsSpan(_at, Digits), out _, new StandardFormat('D', Digits));
        return request;
    }
}
