using System.Text;

namespace AiGateway.Protocols.Tests.Fuzzing;

/// <summary>Damages bytes in ways that parsers dislike: the same ways for the same seed.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[][] Pieces =
        [.. new[]
        {
            "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "-", "1e999", "0.0000000000000000000000000001", "99999999999999999999",
            "\\ud800", "\\udc00\\ud800", "\\u0065", "\n", "\r", "\r\n\r\n", "\n\n", "data:", "event: error\n", "[DONE]", "\uFEFF", "é", "漢", "😀",
            "\"error\":{}", "\"usage\":null", "\"usage\":{\"prompt_tokens\":-1}", "\"model\":\"x\"", "\"finish_reason\":\"odd\"",
            "\"\\u0065rror\":1", "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "\0",
        }.Select(Encoding.UTF8.GetBytes), [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF0, 0x9F]];

    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    public byte[] Mutate(byte[] original)
    {
        var bytes = new List<byte>(original);
        for (var changes = _random.Next(1, 6); changes > 0; changes--)
        {
            var at = _random.Next(bytes.Count + 1);
            switch (_random.Next(5))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 1:
                    bytes.InsertRange(at, Pieces[_random.Next(Pieces.Length)]);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(_random.Next(1, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    var from = _random.Next(bytes.Count + 1);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(_random.Next(1, 40), bytes.Count - from)));
                    break;
            }
        }
        return [.. bytes];
    }
}
