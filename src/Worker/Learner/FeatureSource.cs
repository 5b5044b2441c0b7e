using System.Text;
using Microsoft.Extensions.Logging;
using Worker.Encoders;
using Worker.Onnx;
using Worker.Store;

namespace Worker.Learner;

/// <summary>Features of stored texts: each text is encoded once for an encoder. One caller at a time.</summary>
internal sealed class FeatureSource(LearningStore store, LoadedEncoder loaded, ILogger log)
{
    /// <summary>Texts that are encoded and kept together: a stop costs no more than these.</summary>
    private const int BatchTexts = 256;

    private readonly TextEncoder encoder = new(loaded);

    /// <summary>Called after each batch of texts that was encoded.</summary>
    public Action Progressed { get; init; } = () => { };

    private int Width => loaded.Encoder.Features.Width;

    /// <summary>Features of texts; those of a text that cannot be encoded are no numbers.</summary>
    /// <param name="ids">Of the texts.</param>
    /// <param name="texts">Those of the ids, in their order.</param>
    public EncodedTexts Of(IReadOnlyList<long> ids, IReadOnlyList<string> texts, CancellationToken stop)
    {
        var values = new float[checked(ids.Count * Width)];
        var found = store.Features.Read(loaded.Encoder.Hash, ids, Width, values);
        int[] missing = [.. Enumerable.Range(0, ids.Count).Where(row => !found[row])];
        foreach (var rows in missing.Chunk(BatchTexts))
        {
            stop.ThrowIfCancellationRequested();
            var encoded = Encode([.. rows.Select(row => ids[row])], [.. rows.Select(row => texts[row])]);
            for (var i = 0; i < rows.Length; i++)
                encoded.AsSpan(i * Width, Width).CopyTo(values.AsSpan(rows[i] * Width, Width));
        }
        return new EncodedTexts(loaded.Encoder.Features, values);
    }

    /// <summary>Encodes some of the texts that this encoder has not encoded yet; returns how many.</summary>
    public int EncodeMissing()
    {
        var missing = store.Features.Missing(loaded.Encoder.Hash, BatchTexts);
        if (missing.Count > 0)
            Encode([.. missing.Select(text => text.Id)], [.. missing.Select(text => text.Text)]);
        return missing.Count;
    }

    private float[] Encode(long[] ids, string[] texts)
    {
        var bytes = Array.ConvertAll(texts, Encoding.UTF8.GetBytes);
        float[] values;
        try
        {
            values = encoder.Features(bytes, _ => Progressed());
        }
        catch (EncoderException)
        {
            values = [.. bytes.SelectMany(OneByOne)];
        }
        store.Features.Add(loaded.Encoder.Hash, ids, values);
        Progressed();
        return values;
    }

    private float[] OneByOne(byte[] text)
    {
        try
        {
            return encoder.Features([text]);
        }
        catch (EncoderException error)
        {
            log.LogWarning("A text of {Bytes} bytes cannot be encoded and teaches nothing: {Reason}",
                text.Length, error.Message);
            var none = new float[Width];
            none.AsSpan().Fill(float.NaN);
            return none;
        }
    }
}
