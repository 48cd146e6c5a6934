using AiGateway.Accounting.Ledger;
using AiGateway.TestKit;

namespace AiGateway.Tests.Accounting.Ledger;

/// <summary>A queue's file that was damaged or cut anywhere: what stands before the damage is recovered, nothing else is made up, and it is said.</summary>
public sealed class DamagedQueueTests
{
    private const int Records = 4;

    [Fact]
    public void AnyByteChanged_RecoversUpToTheDamage()
    {
        var (bytes, ends) = Segment();
        for (var place = 0; place < bytes.Length; place++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[place] ^= 0x41;
            var (read, state) = Read(damaged);

            // Those whose frame ends before the damage, in order.
            var whole = place < Frames.FileHead.Length ? 0 : ends.Count(end => end <= place);
            Assert.Equal(Enumerable.Range(0, whole).Select(i => $"req_{i}"), read);
            Assert.NotEqual(FrameState.Whole, state);
        }
    }

    [Fact]
    public void CutAnywhere_RecoversTheWholeRecords()
    {
        var (bytes, ends) = Segment();
        for (var length = Frames.FileHead.Length; length <= bytes.Length; length++)
        {
            var (read, state) = Read(bytes[..length]);

            Assert.Equal(ends.Count(end => end <= length), read.Count);
            Assert.Equal(ends.Contains(length) || length == Frames.FileHead.Length ? FrameState.Whole : FrameState.Cut, state);
        }
    }

    [Fact]
    public async Task DamagedFileOfAnEndedProcess_IsKeptAside_AndTheRestGoesOn()
    {
        var folder = Directory.CreateTempSubdirectory("aigateway-queue-").FullName;
        var ended = Path.Combine(folder, QueueFolder.RootName, "01aaaaaaaaaaaaaaaaaaaaaaaa");
        Directory.CreateDirectory(ended);
        var (bytes, ends) = Segment();
        bytes[ends[1] + Frames.HeadLength + 3] ^= 0xFF;
        await File.WriteAllBytesAsync(Path.Combine(ended, "0000000000.wal"), bytes);
        await File.WriteAllBytesAsync(Path.Combine(ended, "0000000001.wal"), Segment(first: 100).Bytes);
        await File.WriteAllBytesAsync(Path.Combine(ended, "0000000002.wal"), [.. Segment(first: 200).Bytes.Take(30)]);
        await File.WriteAllBytesAsync(Path.Combine(ended, "0000000003.wal"), [1, 2, 3]);

        await using var host = new QueueHost(folder: folder);
        await QueueHost.WaitAsync(() => !File.Exists(Path.Combine(ended, "0000000003.wal")), string.Join('\n', host.Lines));

        Assert.Equal(["req_0", "req_1", "req_100", "req_101", "req_102", "req_103"], host.Store.Requests.Select(request => request.Id).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(ended, "0000000000.wal.damaged")));
        Assert.Contains(host.Lines, line => line.StartsWith("4324", StringComparison.Ordinal) && line.Contains("0000000000.wal", StringComparison.Ordinal));
        Assert.Contains(host.Lines, line => line.StartsWith("4323", StringComparison.Ordinal));
    }

    [Fact]
    public void RandomFiles_AreNeverMoreThanDamaged()
    {
        var random = SeededRandom.From(3);
        for (var i = 0; i < 300; i++)
        {
            var (read, _) = Read([.. Frames.FileHead, .. random.Bytes(random.Next(200))]);

            Assert.Empty(read);
        }
    }

    private static (List<string> Ids, FrameState State) Read(byte[] bytes)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            var batch = new LedgerBatch();
            if (SegmentReader.FirstFrame(path) is not { } first)
            {
                return ([], FrameState.Damaged);
            }
            var (_, state) = SegmentReader.Read(path, first, bytes.Length, int.MaxValue, batch);
            return ([.. batch.Requests.Select(request => request.Id)], state);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (byte[] Bytes, List<int> Ends) Segment(int first = 0)
    {
        var writer = new PayloadWriter();
        writer.Raw(Frames.FileHead);
        var ends = new List<int>();
        for (var i = 0; i < Records; i++)
        {
            var start = writer.Length;
            writer.Skip(Frames.HeadLength);
            LedgerCodec.Write(writer, LedgerFixture.Request($"req_{first + i}"));
            Frames.Close(writer.At(start, writer.Length - start));
            ends.Add(writer.Length);
        }
        return (writer.Written.ToArray(), ends);
    }
}
