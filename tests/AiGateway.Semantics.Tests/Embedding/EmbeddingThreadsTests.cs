using AiGateway.Semantics.Embedding;
using Microsoft.Extensions.AI;

namespace AiGateway.Semantics.Tests.Embedding;

public sealed class EmbeddingThreadsTests
{
    private const string Text = "How do I reset my password?";

    // Long enough a text that a thread is busy with it while the test does something else.
    private static readonly string LongText = string.Join(' ', Enumerable.Repeat("What is the difference between the one and the other of them?", 20));

    [Fact]
    public async Task ManyCallersAtOnce_EachGetTheirOwnVector()
    {
        using var threads = new EmbeddingThreads(2, 1_000);
        var texts = GoldenText.Of("sentence-384").Select(golden => golden.Text).ToArray();
        var expected = texts.Select(text => Alone(Models.Sentence, text)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => Task.Run(
            async () =>
            {
                var at = i % texts.Length;
                var vector = new float[Models.Sentence.Dimensions];
                var outcome = await threads.TryEmbedAsync(Models.Sentence, texts[at], vector, TestContext.Current.CancellationToken);
                Assert.Equal(expected[at].Outcome, outcome);
                if (outcome == EmbeddingOutcome.Embedded)
                {
                    Assert.Equal(expected[at].Vector, vector);
                }
            },
            TestContext.Current.CancellationToken)));
        Assert.Equal(0, threads.Queued);
    }

    [Fact]
    public async Task FullQueue_RefusesAtOnce()
    {
        using var threads = new EmbeddingThreads(1, 2);
        var tasks = Enumerable.Range(0, 200).Select(_ => Embed(threads, LongText)).ToArray();
        // Refusals are done the moment they are asked for; no thread had a part in them.
        Assert.True(tasks.Count(task => task is { IsCompletedSuccessfully: true } && task.Result == EmbeddingOutcome.Busy) > 100);
        var outcomes = await Task.WhenAll(tasks);
        Assert.All(outcomes, outcome => Assert.True(outcome is EmbeddingOutcome.Embedded or EmbeddingOutcome.Busy));
        Assert.Contains(EmbeddingOutcome.Embedded, outcomes);
        Assert.Equal(EmbeddingOutcome.Embedded, await Embed(threads, Text));
    }

    [Fact]
    public async Task CallerWhoGivesUpWhileWaiting_IsAnsweredAtOnce()
    {
        using var threads = new EmbeddingThreads(1, 1_000);
        using var cancellation = new CancellationTokenSource();
        var before = Enumerable.Range(0, 5).Select(_ => Embed(threads, LongText)).ToArray();
        var waiting = threads.TryEmbedAsync(Models.Sentence, Text, new float[Models.Sentence.Dimensions], cancellation.Token);
        await cancellation.CancelAsync();
        var end = await Record.ExceptionAsync(() => waiting);
        Assert.True(end is OperationCanceledException, $"{end}");
        Assert.All(await Task.WhenAll(before), outcome => Assert.Equal(EmbeddingOutcome.Embedded, outcome));
    }

    [Fact]
    public async Task CallerWhoHasGivenUpBefore_IsNotQueued()
    {
        using var threads = new EmbeddingThreads(1, 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => threads.TryEmbedAsync(Models.Sentence, Text, new float[Models.Sentence.Dimensions], new CancellationToken(canceled: true)));
        Assert.Equal(0, threads.Queued);
    }

    [Fact]
    public async Task VectorOfTheWrongSize_IsTheCallersErrorAndEndsNoThread()
    {
        using var threads = new EmbeddingThreads(1, 10);
        await Assert.ThrowsAsync<ArgumentException>(() => threads.TryEmbedAsync(Models.Sentence, Text, new float[3], TestContext.Current.CancellationToken));
        Assert.Equal(EmbeddingOutcome.Embedded, await Embed(threads, Text));
    }

    [Fact]
    public async Task Stopped_RefusesWhatWaitsAndWhatComes()
    {
        var threads = new EmbeddingThreads(1, 1_000);
        var waiting = Enumerable.Range(0, 50).Select(_ => Embed(threads, LongText)).ToArray();
        threads.Dispose();
        var outcomes = await Task.WhenAll(waiting);
        Assert.Contains(EmbeddingOutcome.Busy, outcomes);
        Assert.Equal(EmbeddingOutcome.Busy, await Embed(threads, Text));
        threads.Dispose();
    }

    [Fact]
    public async Task Generator_GivesTheSameVectorsAndSaysWhatItIs()
    {
        using var threads = new EmbeddingThreads(1, 10);
        using var generator = new InProcessEmbeddingGenerator(Models.Sentence, threads);
        var embeddings = await generator.GenerateAsync([Text, LongText], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Alone(Models.Sentence, Text).Vector, embeddings[0].Vector.ToArray());
        Assert.Equal(Alone(Models.Sentence, LongText).Vector, embeddings[1].Vector.ToArray());
        var metadata = Assert.IsType<EmbeddingGeneratorMetadata>(generator.GetService(typeof(EmbeddingGeneratorMetadata)));
        Assert.Equal(("sentence-384", 384), (metadata.DefaultModelId, metadata.DefaultModelDimensions));
    }

    [Fact]
    public async Task GeneratorOfATextThatCannotBeRepresented_SaysSo()
    {
        using var threads = new EmbeddingThreads(1, 10);
        using var generator = new InProcessEmbeddingGenerator(Models.Sentence, threads);
        var end = await Assert.ThrowsAsync<NotEmbeddedException>(() => generator.GenerateAsync(["東京の天気はどうですか"], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(EmbeddingOutcome.NotRepresentable, end.Outcome);
    }

    private static Task<EmbeddingOutcome> Embed(EmbeddingThreads threads, string text) =>
        threads.TryEmbedAsync(Models.Sentence, text, new float[Models.Sentence.Dimensions], TestContext.Current.CancellationToken);

    private static (EmbeddingOutcome Outcome, float[] Vector) Alone(EmbeddingModel model, string text)
    {
        var vector = new float[model.Dimensions];
        return (model.TryEmbed(text, vector), vector);
    }
}
