using AiGateway.Caching.Semantic;
using AiGateway.Semantics.Acceptance;
using AiGateway.Storage;

namespace AiGateway.Tests.Storage;

/// <summary>What was learnt of semantic hits, at rest: read as it was written, or not at all.</summary>
public sealed class AcceptanceFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("acceptance-");

    private string FilePath => Path.Combine(_folder.FullName, AcceptanceFile.Name);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void NoFile_IsNothingLearnt() => Assert.Empty(new AcceptanceFile(FilePath).Load());

    [Fact]
    public void WhatWasSaved_IsRead()
    {
        var (key, state) = (new AcceptanceKey("chat/*", UInt128.MaxValue - 5), Learnt());
        new AcceptanceFile(FilePath).Save(new Dictionary<AcceptanceKey, AcceptanceState> { [key] = state });

        var read = Assert.Single(new AcceptanceFile(FilePath).Load());

        Assert.Equal(key, read.Key);
        Assert.Equal(state.Weights, read.Value.Weights);
        Assert.Equal(state.Newer, read.Value.Newer);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public void ADamagedFile_IsSaidToBeSo(double place)
    {
        new AcceptanceFile(FilePath).Save(new Dictionary<AcceptanceKey, AcceptanceState> { [new AcceptanceKey("chat", 1)] = Learnt() });
        var bytes = File.ReadAllBytes(FilePath);
        bytes[(int)(bytes.Length * place)] ^= 1;
        File.WriteAllBytes(FilePath, bytes);

        Assert.Contains(FilePath, Assert.Throws<IOException>(() => new AcceptanceFile(FilePath).Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACutFile_IsSaidToBeSo()
    {
        new AcceptanceFile(FilePath).Save(new Dictionary<AcceptanceKey, AcceptanceState> { [new AcceptanceKey("chat", 1)] = Learnt() });
        File.WriteAllBytes(FilePath, File.ReadAllBytes(FilePath)[..^20]);

        Assert.Throws<IOException>(() => new AcceptanceFile(FilePath).Load());
    }

    private static AcceptanceState Learnt()
    {
        var model = new AcceptanceModel(new AcceptanceOptions(), ScorerPrior.Generic, 1);
        var verdict = model.Decide(new HitFeatures(0.95f, 0.2f, 8, 1, 0, 0, 0, 0, 1, 1), default);
        model.Learn(verdict, wrong: false);
        return model.Save();
    }
}
