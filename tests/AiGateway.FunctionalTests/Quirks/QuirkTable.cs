using Passed = AiGateway.FunctionalTests.PassThrough.ProviderQuirkTests;
using Translated = AiGateway.FunctionalTests.Quirks.TranslatedQuirkTests;
using Unknown = AiGateway.FunctionalTests.Quirks.NativeQuirkTests;

namespace AiGateway.FunctionalTests.Quirks;

/// <summary>Which tests show that a row of the recordings' QUIRKS.md is handled. A row without an entry fails <see cref="QuirkTableTests"/>.</summary>
internal static class QuirkTable
{
    /// <summary>The tests of each row, by its number and the provider it names.</summary>
    public static IReadOnlyList<(int Row, string Provider, Type In, string Test)> Tests { get; } =
    [
        (1, "Azure OpenAI", typeof(Passed), nameof(Passed.Quirk01_AzureBeginsWithAnEmptyChunk_ItPassesAndTheStreamIsComplete)),
        (2, "Azure OpenAI", typeof(Passed), nameof(Passed.Quirk02_AzuresMissingDeploymentWithoutContentType_IsNotTheCallersError)),
        (3, "Groq", typeof(Passed), nameof(Passed.Quirk03_GroqsErrorEventInTheMiddle_EndsTheStreamWithItAndAReset)),
        (3, "Groq", typeof(Passed), nameof(Passed.Quirk03_GroqsErrorEventAtTheBeginning_IsAFailedAttempt)),
        (4, "Groq", typeof(Passed), nameof(Passed.Quirk04_GroqsWholeToolCallReasoningAndUsage_PassAndAreMetered)),
        (5, "Groq", typeof(Passed), nameof(Passed.Quirk05_GroqsIdStub_Passes)),
        (6, "OpenRouter", typeof(Passed), nameof(Passed.Quirk06_OpenRoutersCommentsAndDoubleFinish_Pass)),
        (7, "OpenRouter", typeof(Passed), nameof(Passed.Quirk07_OpenRoutersErrorAfterTheFinish_IsNoCompleteAnswer)),
        (8, "OpenRouter", typeof(Passed), nameof(Passed.Quirk08_OpenRoutersUsageBesideAChoice_IsKeptAndMetered_AndItsNativeReasonStays)),
        (9, "OpenRouter", typeof(Passed), nameof(Passed.Quirk09_OpenRoutersResponsesWithoutEventLines_PassAndSealTheirIds)),
        (10, "OpenRouter", typeof(Passed), nameof(Passed.Quirk10_OpenRouters429WithNumericCode_IsA429ThatTellsWhenToComeAgain)),
        (11, "Snowflake", typeof(Passed), nameof(Passed.Quirk11_SnowflakesStreamWithoutAnyFinishReason_IsCompleteByItsDone)),
        (12, "Snowflake", typeof(Passed), nameof(Passed.Quirk12_SnowflakesEmptyFinishReason_IsMendedAndEmptyObjectsStay)),
        (13, "Bedrock (OpenAI-compatible)", typeof(Passed), nameof(Passed.Quirk13_BedrocksDataBeforeEvent_IsTheSameEvent)),
        (14, "Bedrock Converse", typeof(Translated), nameof(Translated.Quirk14_ConversesTextWithoutStartPaddingAndLateUsage_AreOrdinaryChunks)),
        (15, "Bedrock Converse", typeof(Translated), nameof(Translated.Quirk15_ConversesEmptyTextBeforeThoughts_IsNoBlock)),
        (16, "Bedrock Converse", typeof(Translated), nameof(Translated.Quirk16_ConversesRedactedThoughts_ComeBackAsTheyCame)),
        (17, "Bedrock Converse", typeof(Translated), nameof(Translated.Quirk17_ConversesServerTool_IsNoCallForTheClient)),
        (18, "Bedrock", typeof(Translated), nameof(Translated.Quirk18_ConversesGuardrail_IsAContentFilter)),
        (18, "Bedrock", typeof(Unknown), nameof(Unknown.Quirk18_BedrocksInvokeStreamWithoutMetrics_Passes)),
        (19, "Gemini", typeof(Translated), nameof(Translated.Quirk19_GeminisLineEndsUsageInEachChunkAndStopWithCalls_AreOrdinaryChunks)),
        (20, "Gemini", typeof(Translated), nameof(Translated.Quirk20_GeminisSignatureOverACall_ComesBack_AndEmptyTextsAreNone)),
        (21, "Gemini", typeof(Translated), nameof(Translated.Quirk21_GeminisUsageBesideTheSum_IsCountedOnce_AndCallsGetIds)),
        (22, "Gemini (OpenAI-compatible)", typeof(Passed), nameof(Passed.Quirk22_GeminisAnswerWithoutContent_Passes_MeteredByWhatItSays)),
        (23, "Anthropic", typeof(Translated), nameof(Translated.Quirk23_AnthropicsPaddingPingsAndPartialUsage_AreOrdinaryChunks)),
        (24, "Anthropic", typeof(Translated), nameof(Translated.Quirk24_AnthropicsCompactionAndPause_AreAnAnswerThatIsCounted)),
        (25, "several", typeof(Passed), nameof(Passed.Quirk25_RetryAfterOnA200_StaysInTheGatewayAndRestsNobody)),
        (26, "Mistral", typeof(Passed), nameof(Passed.Quirk26_MistralsToolCallsWithoutType_Pass)),
        (27, "Hugging Face, Together", typeof(Passed), nameof(Passed.Quirk27_ThinkTagsTokenIdsAndHugeSeeds_Pass)),
        (28, "DeepSeek", typeof(Passed), nameof(Passed.Quirk28_DeepSeeks400AsOctetStream_ComesBackInWords_AndBareUuidsAreSealed)),
        (29, "Z.ai", typeof(Passed), nameof(Passed.Quirk29_ZaisMissingFinishReasonUntilTheLast_IsComplete)),
        (30, "Cohere v2", typeof(Translated), nameof(Translated.Quirk30_CoheresPlanCallsAndDoneBehindTheEnd_AreOrdinaryChunks)),
        (30, "Cohere v2", typeof(Unknown), nameof(Unknown.Quirk30_CoheresFirstApisLines_Pass)),
        (31, "Ollama", typeof(Translated), nameof(Translated.Quirk31_OllamasLines_AreOrdinaryChunks)),
        (32, "Writer", typeof(Translated), nameof(Translated.Quirk32_WritersMessageBesideTheDelta_PassesAndIsAnAnswerElsewhere)),
        (33, "Replicate, watsonx", typeof(Unknown), nameof(Unknown.Quirk33_ReplicatesRawTextAndWatsonxsEvents_Pass)),
        (34, "vLLM", typeof(Passed), nameof(Passed.Quirk34_VllmsWideEmbeddings_ComeAs32BitFloats)),
        (35, "OpenAI", typeof(Passed), nameof(Passed.Quirk35_OpenAIsPadding_PassesAndIsNotCounted)),
        (36, "several", typeof(Passed), nameof(Passed.Quirk36_ErrorsOfEveryShape_ComeBackInOpenAIsShape)),
    ];
}
