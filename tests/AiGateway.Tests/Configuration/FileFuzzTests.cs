using System.Text;

namespace AiGateway.Tests.Configuration;

/// <summary>Broken files of every kind end in errors with places or in a snapshot, never in an exception and never in neither.</summary>
public sealed class FileFuzzTests
{
    private static readonly string[] Nudges =
        ["\t", "- ", ": ", "{", "}", "[", "]", "*", "&a ", "!x ", "'", "\"", "#", "\n", "|", ">", "${", "${X}", "env:", "file:/", "%", "0", "-1", "1e9", "~", "null", "---\n", "\0", "\uFEFF", "?", "<<: ", "é", "  "];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("AIGATEWAY_TEST_FULL") == "1" ? 200 : 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void MutatedFile_EndsInErrorsOrASnapshot(int seed)
    {
        var random = new Random(seed);
        var files = Loading.RoutingFiles.Select(File.ReadAllBytes).ToArray();
        for (var round = 0; round < 150; round++)
        {
            var bytes = Mutate(files[random.Next(files.Length)], random);

            var result = Loading.Loader(Loading.EverythingSet).Load(bytes, "gateway.yaml");

            Assert.True(result.Snapshot is null == result.Errors.Count > 0, Encoding.UTF8.GetString(bytes));
            Assert.All(result.Errors, error => Assert.False(string.IsNullOrWhiteSpace(error.Message)));
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Nudges[random.Next(Nudges.Length)]));
                    break;
                case 2:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 4:
                    var line = bytes.IndexOf((byte)'\n', at);
                    bytes.InsertRange(line < 0 ? bytes.Count : line + 1, Encoding.UTF8.GetBytes(new string(' ', random.Next(6))));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
            if (bytes.Count == 0)
            {
                return [];
            }
        }
        return [.. bytes];
    }
}
